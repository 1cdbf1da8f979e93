# SPDX-License-Identifier: Apache-2.0
. "$SETUP/setup.bash"
imagenet
network mobilenet_v1_0.25_224.onnx
