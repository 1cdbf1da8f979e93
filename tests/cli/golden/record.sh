# SPDX-License-Identifier: Apache-2.0
# What a case holds, and that it works wherever it and what it refers to lie.
. "$CASE_DIR/golden.bash"
write_net
npusim golden record net.yaml -o cases/net --set hardware.mac_array.rows=8
ls -A cases cases/net
cat cases/net/case.yaml
cmp net.yaml cases/net/run.yaml
head -n 2 cases/net/program.csv cases/net/layers.csv
grep -l "$PWD" cases/net/* || echo "no path of this machine"
npusim run net.yaml --set hardware.mac_array.rows=8 --json run.json --quiet
python3 - <<'END'
import json
run, kept = json.load(open("run.json")), json.load(open("cases/net/report.json"))
del run["host"]
for layer in run["layers"]:
    del layer["energy_by_unit_picojoules"]
print("the report of run" if run == kept else "another report")
END
check cases
check cases/net

# What npusim brings is found without a path.
write_run
npusim golden record run.yaml -o shipped --quiet
cat shipped/case.yaml
OUT=$PWD
(cd / && npusim golden check "$OUT/shipped" --quiet; echo "exit code $?")

mkdir elsewhere
mv cases net.yaml npu.yaml elsewhere
cp "$CASE_DIR/../../../configs/npu_64x64.yaml" npu.yaml  # the current folder does not count
cp npu.yaml npu_32x32.yaml
check elsewhere
(cd elsewhere/cases/net && check .)
