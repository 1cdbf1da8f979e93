# SPDX-License-Identifier: Apache-2.0
# What a sweep amounts to, and that the command of a point gives its record, from any folder.
. "$CASE_DIR/../sweep/sweep.bash"
write_net
cat > sweep.yaml <<'YAML'
run: net.yaml
axes:
  hardware.mac_array.rows: [8, 16, 32]
  hardware.weight_scratchpad.bytes: [512, 8KiB]
  quantization.scheme: [per_layer, shift_scaler, per_channel]
derived: {hardware.mac_array.columns: hardware.mac_array.rows}
where: [hardware.mac_array.rows < 32 or quantization.scheme != per_layer]
objectives: {minimise: [cycles.total, memory.requant_bytes]}
constraints: [cycles.total < 3000]
YAML
npusim sweep sweep.yaml -o "it's swept" --quiet || exit
npusim sweep report "it's swept" --csv front.csv --html page.html --svg front.svg

head -1 front.csv | cmp - <(head -1 "it's swept/points.csv") && echo 'the columns of points.csv'
tail -n +2 front.csv | sort | comm -23 - <(sort "it's swept/points.csv") | wc -l
python3 - page.html front.svg <<'END'
import sys
import xml.etree.ElementTree as tree
page = open(sys.argv[1]).read()
print('one file, policy without requests:', "default-src 'none'" in page and ' src=' not in page)
print(tree.parse(sys.argv[2]).getroot().tag)
END

# Without `host`, which a record has the versions of only.
same_record() {
  python3 - "$1" "$2" <<'END'
import json, sys
record, report = (json.load(open(name)) for name in sys.argv[1:])
record.pop('host'), report.pop('host')
print('same' if record == report else 'differs')
END
}
for point in 3 7; do
  npusim sweep explain "it's swept" "$point"
  command=$(npusim sweep explain "it's swept" "$point")
  bash -c "$command --quiet --json report.json"
  hash=$(grep "^$point," "it's swept/index.csv" | cut -d, -f2)
  same_record "it's swept/points/$hash.json" report.json
done
echo 'elsewhere'
mkdir -p a/b/c/d/e/f
cd a/b/c/d/e/f || exit
command=$(npusim sweep explain "../../../../../../it's swept/points/$hash.json")
bash -c "$command --quiet --json report.json"
same_record "../../../../../../it's swept/points/$hash.json" report.json
cd "../../../../../../it's swept/points" || exit
[ "$(npusim sweep explain "$hash.json")" = "$(npusim sweep explain .. "${hash:0:6}")" ] && echo 'within the folder, by hash'
