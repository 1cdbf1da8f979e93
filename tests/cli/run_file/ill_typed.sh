# SPDX-License-Identifier: Apache-2.0
# Values of the wrong type.
. "$CASE_DIR/../common.bash"
try() { write_run_with "$1" "$2"; refused run run.yaml; }
try 'seed: 2' 'seed: two'
try 'seed: 2' 'seed: 02'
try 'seed: 2' 'seed: "2"'
try 'seed: 2' 'seed: 2.0'
try 'seed: 2' 'seed: 0x2'
try 'seed: 2' 'seed: 1e3'
try 'seed: 2' 'seed: 99999999999999999999'
try 'seed: 2' 'seed: [2]'
try 'seed: 2' 'seed: null'
try 'kind: fractal' 'kind: fractals'
try '[127.5, 127.5, 127.5]' '127.5'
try '[127.5, 127.5, 127.5]' '[127.5, 127.5]'
try '[127.5, 127.5, 127.5]' '[127.5, x, .nan]'
try 'bias_correction: true' 'bias_correction: yes'
try 'scheme: shift_scaler' 'scheme: {}'
try 'dataset: {kind: fractal, seed: 2, images: 40}' 'dataset: fractal'
try 'mobilenet_v1_025_fractal.onnx' '[a, b]'
try 'npu_32x32.yaml' '{}'
try 'method: min_max' 'method: minmax'
