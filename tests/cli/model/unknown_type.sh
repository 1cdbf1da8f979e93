# SPDX-License-Identifier: Apache-2.0
# Weights of a type that ONNX does not have.
. "$CASE_DIR/../common.bash"
refused_model unknown_type
