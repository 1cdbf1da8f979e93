# SPDX-License-Identifier: Apache-2.0
# A TensorFlow Lite model.
. "$CASE_DIR/../common.bash"
refused_model tflite
