# SPDX-License-Identifier: Apache-2.0
# Two reports: a slower memory, a smaller scratchpad, another scheme, and the same again.
. "$CASE_DIR/../common.bash"
write_run
npusim run run.yaml --quiet --json a.json
npusim run run.yaml --quiet --json again.json -j 1
npusim run run.yaml --quiet --json slow.json --set hardware.dram.read_latency_ns=200
npusim run run.yaml --quiet --json small.json --set hardware.activation_scratchpad.bytes=20KiB
npusim run run.yaml --quiet --json layer.json --scheme per_layer
npusim diff a.json again.json
echo "exit code $?"
# Without the causes below each layer, and what is told last.
npusim diff a.json slow.json --json slow_difference.json | sed '/^    /d; /^Everything else/,$d'
echo "exit code ${PIPESTATUS[0]}"
for other in small layer; do
  npusim diff a.json $other.json --all > $other.txt
  echo "exit code $?"
  sed -n '/^Configuration/,/^$/p; /^Summary/,/^  top-1  /p' $other.txt
done
# The text, all of it, in 80 columns.
npusim diff layer.json slow.json --all | awk 'length > 80'
npusim diff a.json slow.json --all > all.txt
grep -c '(--all)' all.txt
grep -c '^    .*energy ' all.txt
python3 - <<'END'
import json
difference, before, after = (json.load(open(f)) for f in ('slow_difference.json', 'a.json', 'slow.json'))
def leaves(value, path=()):
    if isinstance(value, dict):
        for key in value: yield from leaves(value[key], path + (key,))
    elif isinstance(value, list):
        for i, item in enumerate(value): yield from leaves(item, path + (item['name'] if path == ('layers',) else str(i),))
    else:
        yield '.'.join(path), value
old, new = dict(leaves(before)), dict(leaves(after))
want = {p: (old.get(p), new.get(p)) for p in old.keys() | new.keys() if old.get(p) != new.get(p)}
want = {p: v for p, v in want.items() if not p.startswith('host.') and p != 'hardware.config_hash'}
got = {c['path']: (c['before'], c['after']) for c in difference['changes']}
print('every value that differs, and no other:', want == got, difference['same'])
END
