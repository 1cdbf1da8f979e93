# SPDX-License-Identifier: Apache-2.0
# The pictures must have the size that the network reads.
. "$CASE_DIR/../common.bash"
write_run_with 'size: 64' 'size: 32'
refused run run.yaml
