# SPDX-License-Identifier: Apache-2.0
# --schemes picks rows by name or part of a name, in the table's order; --scheme does where it is absent.
. "$CASE_DIR/../common.bash"
write_run
rows() {
  npusim compare run.yaml --images 4 --quiet --json rows.json "$@" || return
  python3 -c '
import json
print(*(":".join(str(r[key]) for key in ("scheme", "field_bits", "rule", "symmetric", "bias_correction"))
        for r in json.load(open("rows.json"))["rows"]))'
}
rows --schemes per_channel,per_layer
rows --schemes shift_scaler:octave,shift_scaler:4:octave
rows --schemes shift_scaler:3:floor --set quantization.rule=octave --set quantization.bias_correction=false
rows --schemes per_layer_asymmetric
rows --schemes float
rows --scheme per_channel
rm rows.json
refused compare run.yaml --schemes per_tensor,shift_scaler:5,per_channel
refused compare run.yaml --schemes shift_scaler:floor:3
refused compare run.yaml --schemes ''
refused compare run.yaml --schemes per_layer, --json nowhere/rows.json
