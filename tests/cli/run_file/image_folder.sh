# SPDX-License-Identifier: Apache-2.0
# Image folders are read as a description and refused where images are opened.
. "$CASE_DIR/../common.bash"
mkdir val
write_run_with '{kind: fractal, seed: 2, images: 40}' '{kind: image_folder, path: val}'
refused run run.yaml
write_run
refused run run.yaml --dataset val
refused compile run.yaml --calibration val -o net.npu
