# SPDX-License-Identifier: Apache-2.0
# A network of one channel and no square: run, compile and simulate; no accuracy, and the report says so.
. "$CASE_DIR/common.bash"
write_small_topology
npusim run net.yaml --json report.json | sed -n '/^Accuracy/,/^Cycles/p;/^Notes/,$p'
python3 - <<'END'
import json
report = json.load(open("report.json"))
print("accuracy" in report, report["accuracy_not_measured"], report["workload"])
print(report["simulation"]["bit_exact"], [layer["kind"] for layer in report["layers"]])
END
npusim compile net.yaml -o net.npu --quiet
npusim simulate net.npu --json simulated.json | sed -n '/^Accuracy/p;/sha256/s/ [0-9a-f]*$//p'
for key in cycles.total workload.name; do
  [ "$(value report.json $key)" = "$(value simulated.json $key)" ] || echo "$key differs"
done
refused simulate net.npu --input fractal:1:0
