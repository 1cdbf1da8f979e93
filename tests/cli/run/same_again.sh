# SPDX-License-Identifier: Apache-2.0
# Two runs, and any number of threads, give the same JSON outside of host.
. "$CASE_DIR/../common.bash"
write_run
npusim run run.yaml --quiet --json a.json -j 1
npusim run run.yaml --quiet --json b.json -j 3
python3 - <<'END'
import json
a, b = (json.load(open(name)) for name in ('a.json', 'b.json'))
print(sorted(a['host']), a['host']['threads'], b['host']['threads'])
del a['host'], b['host']
print(a == b, list(a) == sorted(a), a['simulation']['bit_exact'])
END
ls
