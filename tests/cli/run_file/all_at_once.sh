# SPDX-License-Identifier: Apache-2.0
# Errors of the file, the flags and the hardware file in one list.
. "$CASE_DIR/../common.bash"
write_run_with 'seed: 2' 'seed: -2'
refused run run.yaml --scheme shift_scalar --set hardware.mac_array.rows=0 --set input.size=big --model no.onnx
