# SPDX-License-Identifier: Apache-2.0
# What the shipped network is there to show: one scale a layer ruins it, and the analysis names the
# layers that do it; the shift scaler leaves all of them alone.
. "$CASE_DIR/../common.bash"
write_run
npusim analyze run.yaml --scheme per_layer --set quantization.bias_correction=false --json one.json --csv one.csv |
  sed -n '/^Findings/,$p'
npusim analyze run.yaml --quiet --json shifts.json
for key in first_divergent_layer most_sensitive_layer widest_layer images; do
  echo "$key: $(value one.json $key), $(value shifts.json $key)"
done
python3 - <<'END'
import csv, json
one, shifts = (json.load(open(name + '.json')) for name in ('one', 'shifts'))
by_loss = sorted(one['layers'], key=lambda layer: -layer['top1_loss_alone'])
print('most costly alone:', *(layer['name'] for layer in by_loss[:2]))
print('shifts cost at most', max(layer['top1_loss_alone'] for layer in shifts['layers']))
widest = {a['name']: a for a in shifts['layers']}['depthwise_2']
print(widest['shift_histogram'], sum(widest['shift_histogram']) == widest['channels'])
pool = {a['name']: a for a in shifts['layers']}['pool']
print([key for key in sorted(pool) if pool[key] is None])
rows = list(csv.DictReader(open('one.csv')))
keys = {'layer': 'name', 'channel_range_spread_ratio': 'channel_range_spread', 'weight_sqnr_db': 'weight_sqnr_db',
        'output_sqnr_db': 'output_sqnr_db', 'top1_loss_alone_fraction': 'top1_loss_alone'}
for row, layer in zip(rows, one['layers']):
    for column, key in keys.items():
        same = row[column] == ('' if layer[key] is None else str(layer[key])) or float(row[column]) == layer[key]
        if not same: print(row['layer'], column, row[column], layer[key])
print(len(rows) == len(one['layers']), rows[0]['shift_0_channels'] == '')
END
