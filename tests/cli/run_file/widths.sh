# SPDX-License-Identifier: Apache-2.0
# Widths and choices by layer: in the run file or by --set, the same Program; bytes in the report as
# computed from the widths; what cannot be is refused, all at once.
. "$CASE_DIR/../common.bash"
write_run_with 'bias_correction: true}' \
  'bias_correction: true, weight_bits: 4, activation_bits: 6, layers: [{match: "depthwise_*", weight_bits: 8, activation_bits: 8}, {match: conv, scheme: per_channel}, {match: classifier, rule: octave}]}'
npusim compile run.yaml -o file.npu --quiet
npusim show run.yaml > shown.yaml && npusim compile shown.yaml -o shown.npu --quiet
cmp file.npu shown.npu && echo "shown: the same Program"
sed -n '/^quantization/,/^$/p' shown.yaml
write_run
npusim compile run.yaml -o set.npu --quiet --set quantization.weight_bits=4 \
  --set quantization.activation_bits=6 --set 'quantization.layers=[
    {match: "depthwise_*", weight_bits: 8, activation_bits: 8},
    {match: conv, scheme: per_channel}, {match: classifier, rule: octave}]'
cmp file.npu set.npu && echo "--set: the same Program"
npusim compile run.yaml -o eight.npu --quiet
npusim simulate file.npu --json narrow.json --quiet
npusim simulate eight.npu --json eight.json --quiet
python3 - <<'END'
import json
narrow, eight = (json.load(open(f'{name}.json')) for name in ('narrow', 'eight'))
q = narrow['quantization']
print(q['weight_bits'], q['activation_bits'], eight['quantization']['weight_bits'])
for a, b in zip(narrow['layers'], eight['layers']):
    if b['weights_bytes'] == 0:
        continue
    own = {key: a[key] for key in ('scheme', 'rule', 'weight_bits', 'activation_bits') if key in a}
    print(a['name'], a['weights_bytes'], b['weights_bytes'], own)
for key in 'weights_bytes', 'dram_read_bytes':
    print(key, narrow['memory'][key] < eight['memory'][key])
print('cycles', narrow['cycles']['total'] < eight['cycles']['total'])
END
npusim disasm file.npu | grep -m3 -E '^ +(weight_bits|activation_bits)=|own_scheme="per_channel"'
refused run run.yaml --set 'quantization.layers=[{match: "pointwize_*", weight_bits: 4}, {match: pool, weight_bits: 4}]'
refused run run.yaml --set 'quantization.layers=[{match: a, weight_bits: 1, wieght_bits: 4}, {match: b}]' \
  --set quantization.weight_bits=9 --set quantization.activation_bits=3
python3 - <<'END'
header = b"{'descr': '|i1', 'fortran_order': False, 'shape': (64, 64, 3), }"
header += b' ' * (118 - len(header)) + b'\n'
codes = bytes([31]) * (64 * 64 * 3 - 1)
for name, last in ('fits', 31), ('wide', 32):
    open(name + '.npy', 'wb').write(
        b'\x93NUMPY\x01\x00' + len(header).to_bytes(2, 'little') + header + codes + bytes([last]))
END
npusim simulate file.npu --input fits.npy --quiet && echo "31 fits"
refused simulate file.npu --input wide.npy
