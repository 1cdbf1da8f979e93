# SPDX-License-Identifier: Apache-2.0
# Rows that cannot be had are refused with their reason, the others are there; where none can be had
# the comparison is refused. Without a data set there is no accuracy and the table says why.
. "$CASE_DIR/../common.bash"
write_run
npusim compare run.yaml --schemes shift_scaler:floor --images 4 --json rows.json \
  --set hardware.requantization.field_bits=2 | sed -n '/^without/,/^with /p; /^Notes/,$p'
python3 -c '
import json
for row in json.load(open("rows.json"))["rows"][3:5]:
    print({key: row[key] for key in ("field_bits", "top1", "cycles", "refused")})'
rm rows.json
refused compare run.yaml --schemes shift_scaler:4 --set hardware.requantization.field_bits=0
write_run_with 'dataset: {kind: fractal, seed: 2, images: 40}' 'dataset: null'
npusim compare run.yaml --schemes per_channel --json rows.json | sed '/cycles/,$d'
npusim compare run.yaml --schemes per_channel | grep -e 'not measured' -e 'simulated on'
python3 -c '
import json
report = json.load(open("rows.json"))
print("accuracy" in report, bool(report["accuracy_not_measured"]), report["workload"]["images"])
for row in report["rows"]:
    print({key: row[key] for key in ("scheme", "top1", "difference", "agreement_top1")}, row["cycles"] is None)'
