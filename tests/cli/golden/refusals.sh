# SPDX-License-Identifier: Apache-2.0
# Every refusal names what is wrong and leaves things as they are.
. "$CASE_DIR/golden.bash"
write_net
refused golden
refused golden chek
refused golden record
refused golden record net.yaml
refused golden record net.yaml -o npu.yaml
refused golden record net.yaml -o npu.yaml/case
refused golden record net.yaml -o case --set simulation.images=0 --images 3
refused golden record nothing.yaml -o case
refused golden record net.yaml -o case --hardware nothing.yaml
refused golden check
refused golden check nowhere
refused golden check npu.yaml
refused golden update
mkdir other
refused golden check other
refused golden record net.yaml -o other
touch other/mine
refused golden record net.yaml -o other --force
npusim golden record net.yaml -o cases/whole --quiet
refused golden record net.yaml -o cases/whole
refused golden check cases --junit nowhere/j.xml
refused golden check cases --junit other

echo "=== broken cases stop no other"
for name in half empty_report damaged_hash unknown_key later moved; do
  cp -r cases/whole cases/$name
done
rm cases/half/run.yaml cases/half/layers.csv
: > cases/empty_report/report.json
sed -i '2s/[0-9a-f]*$/abc/' cases/damaged_hash/program.csv
echo "tolerance: 1" >> cases/unknown_key/case.yaml
sed -i 's/schema_version: 1/schema_version: 2/' cases/later/case.yaml
sed -i 's/npu.yaml/gone.yaml/' cases/moved/case.yaml
check cases
check cases -j 1 --quiet
