# SPDX-License-Identifier: Apache-2.0
# The shipped network stands for the reader's.
. "$SETUP/setup.bash"
network my_network.onnx
