# SPDX-License-Identifier: Apache-2.0
# Waveforms hold exactly what the report counts, and are the same for equal runs.
. "$CASE_DIR/../common.bash"
write_program
npusim simulate net.npu --quiet --json report.json --vcd all.vcd
npusim simulate net.npu --quiet --timing-only --json plain.json --vcd again.vcd
cmp all.vcd again.vcd && echo "the same file"
npusim run run.yaml --quiet --json run.json --vcd run.vcd --vcd-signals 'npu.mac_array.*,npu.*.queue'
npusim simulate net.npu --quiet --vcd some.vcd --vcd-signals 'npu.dram.*,npu.mac_array.busy'
npusim disasm net.npu > net.s
PYTHONPATH=$CASE_DIR PYTHONDONTWRITEBYTECODE=1 python3 - <<'END'
import json, re
from vcd import cycles_of, read_vcd
report = json.load(open('report.json'))
total = report['cycles']['total']
timescale, comments, waves, last = read_vcd('all.vcd')
print(timescale, '|', comments[0])
print(last == total + 1, waves['npu.running'] == [(0, 1), (total, 0)])
names = comments[1].split()[1:]
activities = {int(n): name for n, name in zip(names[::2], names[1::2])}
units = [name.split('.')[1] for name in waves if name.endswith('.busy')]
print(units)
for unit in units:
    busy = cycles_of(waves[f'npu.{unit}.busy'], 1, total)
    stalls = {name: cycles_of(waves[f'npu.{unit}.activity'], number, total)
              for number, name in activities.items() if name not in ('busy', 'idle')}
    assert {k: v for k, v in stalls.items() if v} == {
        k: v for k, v in report['cycles']['stalls'].get(unit, {}).items() if v}, unit
    assert cycles_of(waves[f'npu.{unit}.stall'], 1, total) == sum(stalls.values()), unit
    assert busy == cycles_of(waves[f'npu.{unit}.activity'], 0, total), unit
    if unit == 'mac_array':
        print('busy', 0 < busy < total)
text = open('net.s').read()
depths = dict(re.findall(r'queue_depths\.(\w+)=(\d+)', text))
for unit, depth in depths.items():
    values = [v for _, v in waves[f'npu.{unit}.queue']]
    assert 0 == min(values) and max(values) <= int(depth) and values[-1] == 0, unit
for name, changes in waves.items():
    if '.semaphores.' in name:
        assert min(v for _, v in changes) >= 0, name
memory = report['memory']
print(waves['npu.dram.read_bytes'][-1][1] == memory['dram_read_bytes'],
      waves['npu.dram.write_bytes'][-1][1] == memory['dram_write_bytes'],
      waves['npu.dram.in_flight'][-1][1] == 0)
# The instructions of a unit, in its order, and each with its layer.
origins, origin = {}, None
for line in text.split('.instructions')[1].splitlines():
    tile = re.match(r'\.tile (\d+) (\d+)', line)
    origin = (int(tile[1]), int(tile[2])) if tile else origin
    index = re.match(r' *(\d+)  mac_array ', line)
    if index:
        origins[int(index[1])] = origin
seen = [v for _, v in waves['npu.mac_array.instruction'] if v >= 0]
print(seen == sorted(seen) and set(seen) == set(origins))
at = lambda changes, time: [v for t, v in changes if t <= time][-1]
for time, i in waves['npu.mac_array.instruction']:
    got = tuple(at(waves[f'npu.mac_array.{k}'], time) for k in ('layer', 'tile'))
    assert got == origins.get(i, (-1, -1)), (time, i, got)
run = read_vcd('run.vcd')[2]
for name, changes in run.items():
    assert changes == waves[name], name
print(len(run), sorted(read_vcd('some.vcd')[2]))
END
[ "$(value report.json cycles.total)" = "$(value run.json cycles.total)" ] || echo "cycles differ"
