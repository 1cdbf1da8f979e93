# SPDX-License-Identifier: Apache-2.0
# Flags that mean nothing for a kind of file are refused, all at once.
. "$CASE_DIR/../common.bash"
write_program
refused show npu_32x32.yaml --model m --dataset d --calibration c --images 1 --scheme s --hardware h --layers
refused show net.npu --set hardware.clock_hz=1000000 --hardware npu_32x32.yaml
refused show mobilenet_v1_025_fractal.onnx --scheme per_layer
refused show npu_32x32.yaml --set oops
refused show npu_32x32.yaml more
refused show npu_32x32.yaml --layer
refused show npu_32x32.yaml -j 2
write_run_with 'model: mobilenet_v1_025_fractal.onnx' 'model: null'
refused show run.yaml --layers
write_run_with 'npu_32x32.yaml' 'null'
refused show run.yaml --set hardware.mac_array.rows=16
