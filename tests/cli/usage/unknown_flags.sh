# SPDX-License-Identifier: Apache-2.0
# The nearest flag is named; its value is not judged.
. "$CASE_DIR/../common.bash"
refused --frobnicate
refused run mobilenet.yaml --hardwar x.yaml --quite
refused run mobilenet.yaml --schema=per_layer
refused simulate net.npu --inputs x.npy
refused compile mobilenet.yaml -x
refused disasm --images
