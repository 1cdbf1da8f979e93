# SPDX-License-Identifier: Apache-2.0
# Every row, in text that fits a terminal and as JSON with all its keys; what `run` measures of the
# same quantization is the same, and nothing depends on the number of threads.
. "$CASE_DIR/../common.bash"
write_run
npusim compare run.yaml --json rows.json -j 1 > table.txt
head -n 6 table.txt
grep -c '^  shift [1-4] \(floor\|octave\) ' table.txt
awk 'length > 80 {print "longer than 80 columns: " $0}' table.txt
npusim compare run.yaml --quiet --json again.json -j 3
npusim run run.yaml --quiet --json run.json
npusim run run.yaml --scheme per_channel --set quantization.bias_correction=false --quiet --json other.json
python3 - <<'END'
import json, math
rows, again, run, other = (json.load(open(name + '.json')) for name in ('rows', 'again', 'run', 'other'))
del rows['host'], again['host']
print('same for any -j:', rows == again)
print(rows['accuracy'], rows['workload'], rows['hardware']['config_hash'] == run['hardware']['config_hash'])
first, *others = rows['rows']
print(*sorted(first))
print(first['scheme'], first['difference'], first['agreement_top1'], first['cycles'])
def row(**keys):
    found = [r for r in others if all(r[key] == value for key, value in keys.items())]
    assert len(found) == 1, (keys, len(found))
    return found[0]
for report, settings in ((run, dict(scheme='shift_scaler', field_bits=4, rule='floor', bias_correction=True)),
                         (other, dict(scheme='per_channel', bias_correction=False))):
    mine, accuracy = row(**settings), report['accuracy']
    assert first['top1'] == accuracy['float_top1'] and first['top5'] == accuracy['float_top5']
    assert mine['top1'] == accuracy['quantized_top1'] and mine['top5'] == accuracy['quantized_top5']
    assert mine['agreement_top1'] == accuracy['agreement_top1']
    assert mine['parameter_bytes'] == accuracy['schemes'][mine['scheme']]['parameter_bytes']
    assert mine['cycles'] == report['cycles']['total']
for r in others:
    assert abs(r['difference'] - (r['top1'] - first['top1'])) < 1e-12, r
    assert abs(r['difference']) - 1e-12 <= 1 - r['agreement_top1'], r
    assert r['difference_se'] <= math.sqrt((1 - r['agreement_top1']) / 40) + 1e-12, r
    assert r['sqnr_db_worst'] <= r['sqnr_db_mean'] and r['mismatched_values'] == 0, r
    print(r['scheme'], r['symmetric'], r['field_bits'], r['rule'], r['bias_correction'], r['equalization'],
          r['refused'])
plain = [r for r in others if not r['bias_correction']]
corrected = [r for r in others if r['bias_correction']]
print([r['sqnr_db_mean'] for r in plain] == [r['sqnr_db_mean'] for r in corrected])
shifted = [row(scheme='shift_scaler', field_bits=b, rule='floor', bias_correction=True) for b in (1, 2, 3, 4)]
print(sorted(r['sqnr_db_mean'] for r in shifted) == [r['sqnr_db_mean'] for r in shifted])
END
ls
