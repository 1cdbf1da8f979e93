# SPDX-License-Identifier: Apache-2.0
# Real MobileNetV1 0.25 on 200 real pictures.
. "$CASE_DIR/../common.bash"
. "$CASE_DIR/onnxruntime.bash"
imagenet mobilenet_v1 imagenet_mobilenet_v1.yaml mobilenet_v1_0.25_224
judge
