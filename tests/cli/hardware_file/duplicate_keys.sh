# SPDX-License-Identifier: Apache-2.0
# A second value is refused at every level.
. "$CASE_DIR/../common.bash"
write_run
write_hardware_with '  columns: 16' '  rows: 16
  columns: 16'
echo 'clock_hz: 1000000' >> hardware.yaml
refused run run.yaml --hardware hardware.yaml
