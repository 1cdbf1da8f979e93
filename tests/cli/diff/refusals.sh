# SPDX-License-Identifier: Apache-2.0
# What is no report, no Program, or not both of one kind.
. "$CASE_DIR/../common.bash"
write_run
npusim run run.yaml --quiet --set simulation.timing_only=true --json a.json
npusim compile run.yaml --quiet -o a.npu
refused diff
refused diff a.json
refused diff a.json a.npu
refused diff a.npu run.yaml
refused diff no.json nor.json
mkdir folder
refused diff a.json folder
head -c 1000 a.json > short.json
refused diff short.json a.json
: > empty
refused diff empty a.json
refused diff a.json run.yaml
printf '{"rows": []}' > other.json
refused diff other.json other.json
sed 's/"schema_version": 1/"schema_version": 2/' a.json > newer.json
refused diff a.json newer.json
python3 - <<'END'
import json
report = json.load(open('a.json'))
report['cycles']['total'] = 'many'
report['layers'][3]['name'] = None
del report['memory']
json.dump(report, open('bad.json', 'w'))
open('deep.json', 'w').write('{"schema_version": 1, "a": ' + '[' * 100000 + ']' * 100000 + '}')
END
refused diff bad.json a.json
refused diff deep.json a.json
head -c 5000 a.npu > short.npu
refused diff short.npu a.npu
head -c 3 a.npu > tiny.npu
refused diff a.npu tiny.npu
refused diff a.json a.json --json no/folder.json
refused diff a.json a.json --al
