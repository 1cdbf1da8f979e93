# SPDX-License-Identifier: Apache-2.0
# The shipped network stands for the reader's, with a run file and small pictures of noise.
. "$SETUP/setup.bash"
with mobilenet.yaml 's/images: 2000/images: 8/; s/^model: .*/model: my_network.onnx/'
mv mobilenet.yaml my_network.yaml
network my_network.onnx
network other.onnx
pictures val 4 64 64
pictures calibration 64 64 64
