# SPDX-License-Identifier: Apache-2.0
# Programs that ask for what no compiler would, in 64 bytes each, and one that waits for ever.
. "$CASE_DIR/../common.bash"
cat > net.csv <<'END'
Layer, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides,
c1, 8, 8, 3, 3, 4, 4, 1,
END
cat > run.yaml <<'END'
model: net.csv
quantization: {scheme: shift_scaler, field_bits: 4, rule: floor, bias_correction: true}
hardware: npu_16x16_edge.yaml
END
npusim compile run.yaml -o net.npu --quiet
npusim disasm --image net.npu | sed 's/ *;.*//' > net.s

# assembled INSTRUCTION SED...: the only instruction of the Program, whose other lines sed changes.
assembled() {
  local last=0
  [[ -n $1 ]] || last=-1
  { sed "${@:2}" net.s | sed '/^\.instructions/,$d'; printf '.instructions\n.tile 0 0\n%s\nend\n' "$1"; } |
    sed "s/complete_after=6/complete_after=$last/" > bad.s
}
hostile() {
  assembled "$@"
  touch bad.npu  # stays as it is
  refused assemble bad.s -o bad.npu
}
large='s/scratchpad.bytes=.*/scratchpad.bytes=1073741824/'
hostile 'dma_weights load_weights bytes=1 count1=1073741824 local_stride1=1' "$large"
hostile 'dma_in load_activations bytes=1 count1=65536 count2=16384 local_stride1=1 local_stride2=65536' "$large"
hostile 'vector pool operation=max in_height=65535 in_width=65535 channels=1 kernel_h=65535 kernel_w=65535 out_address=16 pixels=1 out_width=1' ''
hostile 'vector pool operation=max in_height=2000 in_width=2000 channels=524288 kernel_h=2000 kernel_w=2000 out_address=524288 pixels=1 out_width=1' "$large"
hostile 'weight_loader preload k_end=1073741824 columns=1' "$large"
hostile '' 's/macs=9216/macs=72057594037927937/'
hostile '' 's/image_size=0/image_size=65536/'
hostile '' 's/height=8/height=4294967296/'
hostile '' 's/address=0x200/address=0xffffffffffffff00/'

# A semaphore that nobody posts.
sed 's/post=dma_in_to_mac_array//' net.s > waits.s
npusim assemble waits.s -o waits.npu --quiet
npusim simulate waits.npu --quiet
echo "exit code $?"
npusim simulate waits.npu --timing-only --quiet 2> timing_only.txt
echo "exit code $?, $(wc -l < timing_only.txt) lines"
