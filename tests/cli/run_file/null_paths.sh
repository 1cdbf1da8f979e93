# SPDX-License-Identifier: Apache-2.0
# A path that the user must set names its flag.
. "$CASE_DIR/../common.bash"
write_run_with 'model: mobilenet_v1_025_fractal.onnx' 'model: null'
refused run run.yaml
refused compile run.yaml -o net.npu
write_run_with 'dataset: {kind: fractal, seed: 2, images: 40}' 'dataset: {kind: image_folder, path: null}'
refused run run.yaml
write_run_with '{kind: fractal, seed: 3, images: 2, method: min_max}' '{kind: image_folder, path: null}'
refused run run.yaml
