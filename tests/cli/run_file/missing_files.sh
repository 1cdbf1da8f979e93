# SPDX-License-Identifier: Apache-2.0
# Files that the run file or a flag names.
. "$CASE_DIR/../common.bash"
write_run_with 'model: mobilenet_v1_025_fractal.onnx' 'model: no/net.onnx'
refused run run.yaml
write_run_with 'npu_32x32.yaml' 'no/hardware.yaml'
refused run run.yaml
write_run
refused run run.yaml --model no.onnx
refused run run.yaml --model .
refused run run.yaml --dataset no
refused run run.yaml --calibration run.yaml
write_run_with '{kind: fractal, seed: 2, images: 40}' '{kind: image_folder, path: no}'
refused run run.yaml
