# SPDX-License-Identifier: Apache-2.0
# Texts with mistakes: all of them at once, each with its place; no file is written.
. "$CASE_DIR/../common.bash"
write_program
npusim disasm net.npu > net.s
refused assemble
refused assemble net.s
refused assemble no.s -o out.npu
refused assemble net.s -o out.npu
refused assemble net.s --image-of no.npu -o out.npu
refused assemble net.s --image-of net.npu --hardware npu_32x32.yaml -o out.npu
refused assemble net.npu -o out.npu
: > empty.s
refused assemble empty.s -o out.npu
sed -e '0,/ matmul /s// matmull /' -e '0,/ preload /s/k_end=27/k_end=27 k_ende=4/' -e '0,/ requantize /s/pixels=512/pixels=99999/' \
    -e 's/^.outputs.*/.outputs 1 1 x/' -e 's/poster=dma_in waiter/poster=dma_inn waiter/' net.s > wrong.s
refused assemble wrong.s --image-of net.npu -o out.npu
sed -e '0,/ load_activations /s/bytes=2112/bytes=2113/' -e 's/^.outputs.*/.outputs 1 1/' net.s > invalid.s
refused assemble invalid.s --image-of net.npu -o out.npu
head -c 3000000 /dev/urandom > random.s
npusim assemble random.s -o out.npu 2> random.txt
echo "exit code $?, $(($(wc -l < random.txt) < 103)), $(ls out.npu 2>&1)"
