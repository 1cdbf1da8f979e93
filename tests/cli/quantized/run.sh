# SPDX-License-Identifier: Apache-2.0
# The embedded network as a model that is quantized already: the report says so; accuracy is that of
# our own quantization; schemes that cannot carry it are left out, or refused naming every layer.
. "$CASE_DIR/../common.bash"
write_run
npusim export run.yaml --scheme per_channel -o channels.onnx --quiet
npusim export run.yaml --scheme per_layer -o layers.onnx --quiet

npusim run run.yaml --scheme per_channel --quiet --json ours.json
npusim run run.yaml --scheme per_channel --model channels.onnx --json read.json | sed -n '/^Notes/,$p'
echo "source: $(value read.json quantization.source)"
for key in quantization.bias_correction simulation.bit_exact; do
  echo "$key: ours $(value ours.json $key), read $(value read.json $key)"
done
python3 - <<'END'
import json
ours, read = (json.load(open(name)) for name in ('ours.json', 'read.json'))
for path in (('accuracy', 'quantized_top1'), ('simulation', 'output_sha256')):
    wanted, got = (report[path[0]][path[1]] for report in (ours, read))
    print(path[1] + ':', 'as ours' if got == wanted else f'{got}, ours {wanted}')
print('schemes:', *read['accuracy']['schemes'])
END

npusim run run.yaml --scheme shift_scaler --model channels.onnx --quiet
echo "exit $?"
npusim run run.yaml --scheme shift_scaler --model layers.onnx --quiet --json layers.json
value layers.json simulation.bit_exact
