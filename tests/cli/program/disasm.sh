# SPDX-License-Identifier: Apache-2.0
# A Program as text, with what its addresses mean.
. "$CASE_DIR/../common.bash"
write_program
npusim disasm net.npu > text.txt
grep -c matmul text.txt
head -2 text.txt
grep -m 1 preload text.txt
grep -m 2 '^; ' text.txt | tail -1
grep -m 1 '^.tile' text.txt
grep -m 1 load_activations text.txt | sed 's/.*;/;/'
grep -m 1 'load_weights' text.txt | sed 's/.*;/;/'
