# SPDX-License-Identifier: Apache-2.0
# A model that is quantized already: what can carry its scales has a row, the rest its reason; there is
# no bias left to correct.
. "$CASE_DIR/../common.bash"
write_run
npusim export run.yaml --scheme per_channel --quiet -o channels.onnx
npusim compare run.yaml --model channels.onnx --schemes per_layer,shift_scaler:4:floor,per_channel,equalization \
  --images 8 --json rows.json | sed -n '/^without/,/^$/p; /^Notes/,$p'
python3 -c '
import json
for row in json.load(open("rows.json"))["rows"][1:]:
    print(row["scheme"], row["bias_correction"], row["refused"] is None, row["mismatched_values"])'
