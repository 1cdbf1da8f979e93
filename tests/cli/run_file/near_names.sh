# SPDX-License-Identifier: Apache-2.0
# The nearest name of a file that is there, of the same kind; the suffix may have been forgotten.
. "$CASE_DIR/../common.bash"
write_run
touch mine.yaml pictures.txt
refused run mobilnet.yaml
refused run mobilenet
refused run mien.yaml
refused compile resnet18.yaml -o net.npu
refused run run.yaml --hardware npu_32x23.yaml
refused run run.yaml --hardware npu_16x16_egde
write_run_with fractal.onnx fractl.onnx
refused run run.yaml
write_run
refused run run.yaml --model pictures.onnx
refused run "$CASE_DIR/../../../workloads/mobilenett.yaml"
refused run "$(printf 'x%.0s' {1..5000}).yaml" 2>&1 | cut -c1-60
