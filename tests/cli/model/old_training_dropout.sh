# SPDX-License-Identifier: Apache-2.0
# An old operator in its training form, which the ONNX library's converter refuses.
. "$CASE_DIR/../common.bash"
refused_model old_training_dropout
