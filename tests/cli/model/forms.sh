# SPDX-License-Identifier: Apache-2.0
# One network in many forms gives one and the same Program.
. "$CASE_DIR/../common.bash"
write_run
make_onnx weights.bin weights.bin
npusim_compile() {
  make_onnx "$1" net.onnx && npusim compile run.yaml --model net.onnx -o "$2" | grep ^note
}
npusim_compile network network.npu
for form in external half_types double_weights bfloat16_weights opset_6 opset_21 batch_8 \
  symbolic_batch constant_nodes; do
  npusim_compile "$form" form.npu
  cmp network.npu form.npu && echo "$form: the same"
done
