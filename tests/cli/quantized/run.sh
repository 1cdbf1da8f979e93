# SPDX-License-Identifier: Apache-2.0
# The embedded network as a model that is quantized already: the report says so; accuracy is that of
# our own quantization; schemes that cannot carry it are left out, or refused naming every layer.
. "$CASE_DIR/../common.bash"
write_run
write_quantized_model "$PWD/run.yaml" per_channel channels.onnx || exit 1
write_quantized_model "$PWD/run.yaml" per_layer layers.onnx || exit 1

npusim run run.yaml --scheme per_channel --quiet --json ours.json
npusim run run.yaml --scheme per_channel --model channels.onnx --json read.json | sed -n '/^Notes/,$p'
echo "source: $(value read.json quantization.source)"
for key in quantization.bias_correction simulation.bit_exact; do
  echo "$key: ours $(value ours.json $key), read $(value read.json $key)"
done
python3 - <<'END'
import json
ours, read = (json.load(open(name))['accuracy'] for name in ('ours.json', 'read.json'))
difference = abs(ours['quantized_top1'] - read['quantized_top1'])
print('accuracy:', 'as ours' if difference <= 0.025 else difference)  # one of 40 images
print('schemes:', *read['schemes'])
END

npusim run run.yaml --scheme shift_scaler --model channels.onnx --quiet
echo "exit $?"
npusim run run.yaml --scheme shift_scaler --model layers.onnx --quiet --json layers.json
value layers.json simulation.bit_exact
