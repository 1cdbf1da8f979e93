# SPDX-License-Identifier: Apache-2.0
# docs/read-the-report.md names every key of a report, and no other.
npusim run mobilenet.yaml --images 4 --set calibration.images=2 --set simulation.images=1 --quiet \
  --set hardware.mac_array.accumulator=wrap --json values.json
npusim run mobilenet.yaml --images 4 --set calibration.images=2 --set simulation.images=1 --quiet \
  --set 'faults={rate: 1e-5, trials: 2, images: 2, single_flips: 1}' \
  --set hardware.weight_scratchpad.protection=secded --json drawn.json
npusim run mobilenet.yaml --images 4 --set calibration.images=2 --set simulation.images=1 --quiet \
  --set 'faults={images: 2, sites: [{kind: shift_fields, layer: conv, element: 1, bit: 0}, {kind: parameters, layer: conv, field: bias, element: 1, bit: 3}]}' \
  --json sites.json
npusim run mlperf_tiny_keyword_spotting.yaml --quiet --json topology.json
python3 - "$CASE_DIR/../../../docs/read-the-report.md" {values,drawn,sites,topology}.json <<'END'
import json, re, sys

def keys(value, path=''):
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from keys(inner, f'{path}.{key}' if path else key)
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        for inner in value:
            yield from keys(inner, path + '[]')
    else:
        yield path

page = open(sys.argv[1]).read()
# `a.b.c`, `d` in one cell: a.b.c and a.b.d; capitals stand for any name.
stated = set()
for row in re.findall(r'(?m)^\|(.*?)\|', page):
    prefix = ''
    for code in re.findall(r'`([^`]+)`', row):
        stated.add(code if '.' in code or not prefix else prefix + code)
        prefix = code[:code.rfind('.') + 1] if '.' in code else prefix
patterns = {s: re.compile(re.sub(r'[A-Z]+', r'[a-z0-9_]+', re.escape(s)) + r'(\..*)?$') for s in stated}
found = set()
for file in sys.argv[2:]:
    found |= set(keys(json.load(open(file))))
unnamed = sorted(key for key in found if not any(p.match(key) for p in patterns.values()))
print('not on the page:', *unnamed)
print('not in a report:', *sorted(s for s, p in patterns.items()
                                  if '.' in s and not any(p.match(key) for key in found)))
causes = {key.split('.')[-1] for key in found if '.stalls.' in key}
print('causes without a row:', *sorted(causes - stated))
END
