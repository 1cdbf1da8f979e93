# SPDX-License-Identifier: Apache-2.0
# The two largest topologies: compiled and timed.
. "$CASE_DIR/common.bash"
for name in resnet50_224 vgg16_224; do
  npusim compile $name.yaml -o net.npu --quiet &&
    npusim simulate net.npu --timing-only --quiet --json report.json || echo "$name: exit code $?"
  python3 - <<'END'
import json
report = json.load(open("report.json"))
macs = sum(layer["macs"] for layer in report["layers"])
print(report["workload"]["name"], macs, report["cycles"]["total"] * 32 * 32 >= macs)
END
done
