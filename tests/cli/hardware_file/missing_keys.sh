# SPDX-License-Identifier: Apache-2.0
# Every key must be there.
. "$CASE_DIR/../common.bash"
write_run
echo 'name: empty' > hardware.yaml
refused run run.yaml --hardware hardware.yaml
write_hardware_with '  columns: 16' '  # columns: 16'
refused run run.yaml --hardware hardware.yaml
write_hardware_with 'name: npu_16x16_edge' ''
refused run run.yaml --hardware hardware.yaml
