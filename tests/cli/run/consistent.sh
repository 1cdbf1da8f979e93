# SPDX-License-Identifier: Apache-2.0
# Sums and bounds that hold within one report.
. "$CASE_DIR/../common.bash"
write_run
npusim run run.yaml --quiet --json r.json --hardware npu_16x16_edge.yaml
python3 - <<'END'
import json
r = json.load(open('r.json'))
layers, cycles = r['layers'], r['cycles']
print(sum(l['cycles'] for l in layers) == cycles['total'])
print(all(l['cycles'] >= 0 for l in layers))
print(all(l['span_cycles'] >= l['compute_bound_cycles'] for l in layers))
print(sum(l['compute_bound_cycles'] for l in layers if l['macs']) <= cycles['total'])
print(sum(l['weights_bytes'] for l in layers) == r['memory']['weights_bytes'])
print(abs(cycles['latency_seconds'] - cycles['total'] / 500e6) < 1e-12)
print(abs(cycles['utilization'] - sum(l['macs'] for l in layers) / (cycles['total'] * 256)) < 1e-12)
print(sum(l['dram_read_bytes'] for l in layers) + r['memory']['instructions_bytes'] <= r['memory']['dram_read_bytes'])
schemes = r['accuracy']['schemes']
print(schemes['shift_scaler']['parameter_bytes'] == r['memory']['requant_bytes'] + r['memory']['channel_shift_bytes'])
END
