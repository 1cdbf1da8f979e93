# SPDX-License-Identifier: Apache-2.0
# What a Program file holds, as tables in 80 columns and as JSON with the same numbers.
. "$CASE_DIR/../common.bash"
npusim compile mobilenet.yaml -o net.npu --quiet
npusim inspect net.npu --json net.json
npusim inspect net.npu --layers | sed -n '/layer  /,/^$/p' | head -4
npusim inspect net.npu --layers | grep -A4 '^DRAM'
npusim inspect net.npu --layers | awk 'length > 80 {print "longer than 80 columns: " $0}'
npusim compile mobilenet.yaml --consecutive-images 2 --hardware npu_16x16_edge.yaml -o two.npu --quiet
npusim inspect two.npu --layers | awk 'length > 80 {print "longer than 80 columns: " $0}'
npusim simulate net.npu --quiet --json report.json
python3 - <<'END'
import json, os
net, report = json.load(open('net.json')), json.load(open('report.json'))
print(net['file_bytes'] == os.path.getsize('net.npu'))
print(sum(net['instructions'].values()) * 64 == net['dram']['instructions_bytes']
      == report['memory']['instructions_bytes'])
for key in ('weights_bytes', 'bias_bytes', 'channel_shift_bytes'):
    assert sum(layer[key] for layer in net['layers']) == report['memory'][key], key
size = {}
at = 0
for r in net['dram']['ranges']:
    assert r['begin'] == at, r
    at = r['end']
    if r['kind'] == 'parameters':
        size[r['parameter']] = size.get(r['parameter'], 0) + r['end'] - r['begin']
assert at == net['dram']['bytes']
print(size['weights'] == report['memory']['weights_bytes'], size['biases'] == report['memory']['bias_bytes'])
print(net['activation_scratchpad']['peak_bytes'] == report['memory']['activation_peak_bytes'])
print(sum(layer['instructions'] for layer in net['layers']) + 1 == sum(net['instructions'].values()))
END
