# SPDX-License-Identifier: Apache-2.0
# The words of elementwise instructions and poolings: from the stimulus, rules 11 to 13 of
# docs/arithmetic.md give the expected codes.
cat > net.yaml <<'END'
model:
  input: {height: 9, width: 9, channels: 3}
  layers:
    - conv: {name: stem, channels: 8, kernel: 3, activation: hard_swish}
    - conv: {name: left, channels: 8, kernel: 3}
    - add: {name: sum, with: stem, activation: relu6}
    - pool: {name: maximum, kind: max, kernel: 3, stride: 2, pad: 1}
    - pool: {name: mean, kind: average, kernel: 3, stride: 2, pad: 1}
    - concat: {name: both, with: mean}
    - pool: {name: of_all, kind: average, kernel: 3, stride: 1, pad: 1, count_padding: true}
    - mul: {name: square, with: both}
    - conv: {name: gate, channels: 1, kernel: 1, activation: sigmoid}
    - pool: {name: last, kind: average, global: true}
quantization: {scheme: shift_scaler, field_bits: 4, rule: floor, bias_correction: true}
hardware: npu_32x32.yaml
simulation: {images: 1}
END
npusim vectors net.yaml -o vectors --rows 100 --instructions 100 --quiet
python3 - <<'END'
import json, pathlib

def words(folder, file):
    text = (pathlib.Path('vectors') / folder / file['file']).read_text()
    values = [int(line, 16) for line in text.splitlines() if not line.startswith('//')]
    assert len(values) == file['words'], (folder, file)
    top = 1 << file['bits'] - 1
    return [v - 2 * top if file['signed'] and v >= top else v for v in values]

def round_shift(value, n):
    size = abs(value) + (1 << n >> 1) >> n
    return size if value >= 0 else -size

def elementwise(w):
    for code, i in enumerate(w['instructions']):
        a, b = w['operands_a'][code], w['operands_b'][code]
        a0, b0 = a - w['zero_points_a'][i], b - w['zero_points_b'][i]
        ma, mb, shift = w['multipliers_a'][i], w['multipliers_b'][i], w['shifts'][i]
        operation = w['operations'][i]
        if operation == 3:
            yield w['tables'][256 * i + a + 128]
            continue
        product = [a0 * ma + b0 * mb, a0 * b0 * ma, a0 * ma][operation]
        y = w['zero_points'][i] + round_shift(product, shift)
        yield min(max(y, w['lows'][i]), w['highs'][i])

def pool(w):
    at = 0
    for code, i in enumerate(w['instructions']):
        cells = w['inputs'][at:at + w['cells'][code]]
        at += len(cells)
        y = max(cells)
        if w['operations'][i] == 1:
            total = sum(cells) - len(cells) * w['zero_points_in'][i]
            y = w['zero_points'][i] + round_shift(total * w['multipliers'][code], w['shifts'][code])
        yield min(max(y, w['lows'][i]), w['highs'][i])
    assert at == len(w['inputs'])

for unit in json.load(open('vectors/index.json'))['units']:
    if unit['unit'] not in ('elementwise', 'pool'):
        continue
    w = {file['file'][:-4]: words(unit['folder'], file) for file in unit['files']}
    expected = list({'elementwise': elementwise, 'pool': pool}[unit['unit']](w))
    same = sum(a == b for a, b in zip(expected, w['codes']))
    print(unit['name'], unit['kind'], f"{same} of {len(w['codes'])} codes,",
          f"{len(set(w['codes']))} different", sorted(set(w['operations'])))
END
