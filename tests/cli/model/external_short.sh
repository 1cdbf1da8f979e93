# SPDX-License-Identifier: Apache-2.0
# The file with the weights is cut short.
. "$CASE_DIR/../common.bash"
make_onnx weights.bin whole.bin
head -c 400 whole.bin > weights.bin
refused_model external
