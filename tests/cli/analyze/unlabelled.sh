# SPDX-License-Identifier: Apache-2.0
# Without a data set nothing counts as right or wrong: no top-1 columns, the rest as ever.
. "$CASE_DIR/../common.bash"
npusim analyze mlperf_tiny_anomaly_detection.yaml --scheme per_channel --json a.json --csv a.csv --pictures p \
  --threshold -5 > text
sed -n '/^Images/p; /^Findings/,$p' text
grep -c 'loss' text
head -n 1 a.csv
python3 - <<'END'
import json
a = json.load(open('a.json'))
print('accuracy' in a, a['images'], a['first_divergent_layer'], a['threshold_db'])
print({(layer['top1_loss_alone'], layer['shift_histogram']) for layer in a['layers']})
END
grep -c 'only this layer quantized' p/sensitivity.svg
npusim analyze mobilenet.yaml --set dataset=null --set calibration.images=2 --quiet --json b.json && value b.json images
