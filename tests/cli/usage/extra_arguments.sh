# SPDX-License-Identifier: Apache-2.0
# More files than one.
. "$CASE_DIR/../common.bash"
refused run mobilenet.yaml other.yaml
refused simulate a.npu b.npu
refused disasm a.npu b.npu
