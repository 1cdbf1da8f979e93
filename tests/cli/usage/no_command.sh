# SPDX-License-Identifier: Apache-2.0
# Nothing asked for.
. "$CASE_DIR/../common.bash"
refused
