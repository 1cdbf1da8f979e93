# SPDX-License-Identifier: Apache-2.0
# The file with the weights is a link out of the model's folder.
. "$CASE_DIR/../common.bash"
mkdir net
make_onnx weights.bin weights.bin
make_onnx external net/bad.onnx
ln -s ../weights.bin net/weights.bin
write_run
refused run run.yaml --model net/bad.onnx
