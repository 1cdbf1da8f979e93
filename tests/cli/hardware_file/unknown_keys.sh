# SPDX-License-Identifier: Apache-2.0
# At both levels, with the nearest key.
. "$CASE_DIR/../common.bash"
write_run
write_hardware_with '  rows: 16' '  row: 16'
refused run run.yaml --hardware hardware.yaml
write_hardware_with $'mac_array:\n  rows' $'mac_aray:\n  rows'
refused run run.yaml --hardware hardware.yaml
