# SPDX-License-Identifier: Apache-2.0
# A Program as text.
. "$CASE_DIR/../common.bash"
write_program
npusim disasm net.npu > text.txt
grep -c matmul text.txt
head -2 text.txt
grep -m 1 preload text.txt
