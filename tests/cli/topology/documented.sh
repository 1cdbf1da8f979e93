# SPDX-License-Identifier: Apache-2.0
# The example of docs/topologies.md is a network; its table of shipped ones names them all.
. "$CASE_DIR/common.bash"
docs=$CASE_DIR/../../../docs/topologies.md
{
  sed -n '/^```yaml$/,/^```$/p' "$docs" | grep -v '^```'
  printf 'quantization: {scheme: shift_scaler}\nhardware: npu_32x32.yaml\nsimulation: {images: 1}\n'
} > net.yaml
npusim run net.yaml --quiet --json report.json
python3 - <<'END'
import json
report = json.load(open("report.json"))
print(report["simulation"]["bit_exact"], [layer["name"] for layer in report["layers"]])
END
for file in "$CASE_DIR"/../../../workloads/*.yaml; do
  grep -q '^model:$' "$file" || continue
  grep -q "^| \`$(basename "$file")\` |" "$docs" || echo "$(basename "$file") is not in the table"
done
