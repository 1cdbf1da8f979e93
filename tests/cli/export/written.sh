# SPDX-License-Identifier: Apache-2.0
# The embedded network of each scheme: what is said of it; the same bytes for any number of threads.
# What the model holds is shown by running it: quantized/run.sh.
. "$CASE_DIR/../common.bash"
write_run
for scheme in per_layer shift_scaler per_channel; do
  npusim export run.yaml --scheme "$scheme" -o "$scheme.onnx"
done
npusim export run.yaml -j 1 --quiet -o again.onnx
cmp again.onnx shift_scaler.onnx && echo "the same"
# What ONNX cannot say.
npusim export run.yaml --set hardware.mac_array.accumulator=saturate \
  --set hardware.mac_array.accumulator_bits=20 -o saturating.onnx
cmp saturating.onnx shift_scaler.onnx && echo "the same"
