# SPDX-License-Identifier: Apache-2.0
# Names that are no list.
. "$CASE_DIR/../common.bash"
refused list config
refused list frobnicate
refused list ''
refused list schemes more
refused list --jsn
refused list configs --json=out.json
