# SPDX-License-Identifier: Apache-2.0
# What a bare name finds in the current folder is listed first, and hides the shipped file of that
# name; other YAML files there are left alone. What cannot be read is listed with its error.
. "$CASE_DIR/../common.bash"
write_run_with 'model: mobilenet_v1_025_fractal.onnx' 'model: null'
mv run.yaml mobilenet.yaml
write_run_with 'scheme: shift_scaler' 'scheme: shifty'
mv run.yaml wrong.yaml
printf 'model: [1\ndataset: 2\n' > broken.yaml
write_run_with 'scheme: shift_scaler, field_bits: 4' 'scheme: shifty, field_bits: 9'
mv run.yaml many_errors.yaml
printf 'services: {web: 80}\n' > other.yaml
printf '%% [\n' > no_yaml.yaml
printf '\001\377' > binary.yaml
mkdir folder.yaml
ln -s nowhere dangling.yaml
mkfifo pipe.yaml
write_hardware_with 'rows: 16 ' 'rows: 0 '
mv hardware.yaml npu_64x64.yaml
write_run_with 'npu_32x32.yaml' 'null'
sed -i 's/model: .*/model: no.onnx/' run.yaml
npusim list workloads | tr -s ' ' | sed -n '3,14p'
npusim list configs | tr -s ' ' | sed '1,2d; /to 4096/q'
npusim list --json > list.json
python3 - <<'END'
import json
rows = json.load(open("list.json"))["workloads"]
names = [row["name"] for row in rows]
print(len(names) == len(set(names)), names[:5])
print([len(row.get("errors", [])) for row in rows[:5]])
END
