# SPDX-License-Identifier: Apache-2.0
# --csv: one line per layer and image, with every number that the JSON has of it.
. "$CASE_DIR/../common.bash"
cat > same.py <<'PY'
import csv, json, sys
layers = json.load(open(sys.argv[1]))["layers"]
rows = list(csv.DictReader(open(sys.argv[2], newline=""), strict=True))
assert len(rows) == len(layers) > 0, (len(rows), len(layers))
renamed = {"name": "layer", "utilization": "utilization_fraction"}


def cells(layer):
    for key, value in layer.items():
        if isinstance(value, dict):
            prefix = "stall_cycles" if key == "stalls" else key
            yield from ((f"{prefix}.{name}", each) for name, each in value.items())
        else:
            yield renamed.get(key, key), value


for layer, row in zip(layers, rows):
    written = dict(cells(layer))
    for column, value in written.items():
        is_text = isinstance(value, (str, bool))
        got = row[column] if is_text else float(row[column])
        assert got == (str(value).lower() if isinstance(value, bool) else value), (column, got, value)
    for column in set(row) - set(written):
        empty = "0" if column == "image" or column.startswith("stall_cycles.") else ""
        assert row[column] == empty, (column, row[column])
print(len(rows), "lines, images", sorted({row["image"] for row in rows}))
PY
write_run
npusim run run.yaml --images 4 --json run.json --csv run.csv --quiet
python3 same.py run.json run.csv
head -1 run.csv | cut -d, -f1-14
npusim compile run.yaml --consecutive-images 2 -o two.npu --quiet
npusim simulate two.npu --timing-only --json two.json --csv two.csv --quiet
python3 same.py two.json two.csv
refused run run.yaml --csv ''
refused run run.yaml --csv no/such/folder.csv
refused simulate two.npu --csv .
