# SPDX-License-Identifier: Apache-2.0
# Model files that are none.
. "$CASE_DIR/../common.bash"
write_run
: > empty.onnx
refused run run.yaml --model empty.onnx
echo 'not a model' > text.onnx
refused run run.yaml --model text.onnx
head -c 5000 "$CASE_DIR/../../../workloads/mobilenet_v1_025_fractal.onnx" > short.onnx
refused run run.yaml --model short.onnx
refused compile run.yaml --model short.onnx -o net.npu
