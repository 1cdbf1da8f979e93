# SPDX-License-Identifier: Apache-2.0
# Files that are no Programs.
. "$CASE_DIR/../common.bash"
write_program
refused inspect
refused inspect no.npu
refused inspect /dev/null
head -c 1000 net.npu > short.npu
refused inspect short.npu
echo text > text.npu
refused inspect text.npu --json out.json
refused inspect net.npu --json no/out.json
