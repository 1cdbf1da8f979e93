# SPDX-License-Identifier: Apache-2.0
# A folder and an absent file in place of the model.
. "$CASE_DIR/../common.bash"
write_run
mkdir bad.onnx
refused run run.yaml --model bad.onnx
refused run run.yaml --model absent.onnx
