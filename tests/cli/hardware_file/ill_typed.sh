# SPDX-License-Identifier: Apache-2.0
# Values of the wrong type.
. "$CASE_DIR/../common.bash"
write_run
try() { write_hardware_with "$1" "$2"; refused run run.yaml --hardware hardware.yaml; }
try 'rows: 16 ' 'rows: sixteen '
try 'rows: 16 ' 'rows: 016 '
try 'rows: 16 ' 'rows: 16.0 '
try 'rows: 16 ' 'rows: "16" '
try 'rows: 16 ' 'rows: 16KiB '
try 'bytes: 64KiB' 'bytes: 64KB'
try 'bytes: 64KiB' 'bytes: 9999999999999GiB'
try 'overlap_weight_load: true' 'overlap_weight_load: 1'
try 'placement: fused' 'placement: before'
try 'name: npu_16x16_edge' 'name: "../edge"'
try 'feeder: ' 'feeder: 3'

