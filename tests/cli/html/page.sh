# SPDX-License-Identifier: Apache-2.0
# The page of a run and of a simulation: one file, its size, the same bytes again, the same report.
. "$CASE_DIR/../common.bash"

# Prints what PAGE holds: its report without `host` against REPORT, and what it asks of the network.
look() {
  python3 - "$1" "$2" <<'END'
import json, re, sys
page = open(sys.argv[1], encoding='utf-8').read()
report = json.load(open(sys.argv[2]))
data = json.loads(re.search(r'id="page-data">(.*?)</script>', page, re.S).group(1))
held = data['report']
held.pop('host'), report.pop('host')
print('the report' if held == report else 'another report')
print('policy without requests:', "default-src 'none'" in page and not re.search(r'(src|href)="(?!data:)', page))
print('below 1 MB' if len(page.encode()) < 1_000_000 else f'{len(page)} bytes')
for layer in report['layers']:
    if sum(layer['stalls'].values()) != layer['stall_cycles']: print('stalls of', layer['name'])
    if layer['busy_cycles'] + layer['stall_cycles'] > layer['span_cycles']: print('span of', layer['name'])
extra = data['extra']
activation = extra['activation']
planned = report['memory']['activation_peak_bytes'] - activation['layerPeakBytes']
print('peak', 'as planned' if planned == 0 else 'below the plan' if planned > 0 else 'above the plan')
print('channel ranges of', len(extra['channels']), 'layers', extra['channelsLeftOut'])
END
}

npusim run mobilenet.yaml --quiet --html run.html --json run.json
look run.html run.json
npusim run mobilenet.yaml --quiet --html again.html -j 1
cmp run.html again.html && echo 'the same again'

npusim compile mobilenet.yaml -o net.npu --quiet
npusim simulate net.npu --quiet --html simulated.html --json simulated.json
look simulated.html simulated.json
npusim compile mobilenet.yaml --consecutive-images 3 -o three.npu --quiet
npusim simulate three.npu --timing-only --quiet --html three.html --json three.json
look three.html three.json

# Of 72 layers, most of which have whole tensors on chip or tiles that fill their buffers.
npusim run resnet50_224.yaml --set simulation.timing_only=true --quiet --html resnet.html --json resnet.json
look resnet.html resnet.json
