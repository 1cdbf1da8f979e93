# SPDX-License-Identifier: Apache-2.0
# Program files that are none, or no longer.
. "$CASE_DIR/../common.bash"
write_program
mkdir folder
refused simulate folder
refused simulate no.npu
refused disasm no.npu
: > empty.npu
refused simulate empty.npu
echo 'not a program' > text.npu
refused simulate text.npu
head -c 1000 net.npu > short.npu
refused simulate short.npu
refused disasm short.npu
head -c 20 net.npu > header.npu
refused disasm header.npu
