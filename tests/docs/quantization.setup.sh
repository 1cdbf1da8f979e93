# SPDX-License-Identifier: Apache-2.0
. "$SETUP/setup.bash"
few_images
imagenet
network models/mobilenet_v1_0.25_224.onnx
network models/mobilenet_v2_1.0_224.onnx
