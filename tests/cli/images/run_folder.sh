# SPDX-License-Identifier: Apache-2.0
# A folder of JPEG and PNG pictures as data set and calibration set: in the run file or by flags, with any
# number of threads.
. "$CASE_DIR/pictures.bash"
write_folder val
write_run
npusim run run.yaml --dataset val --calibration val --json a.json --quiet -j 1
npusim run run.yaml --dataset val --calibration val --json b.json --quiet -j 3
write_run_with '{kind: fractal, seed: 2, images: 40}' '{kind: image_folder, path: val}'
sed -i 's/{kind: fractal, seed: 3, images: 2,/{kind: image_folder, path: val, images: 2,/' run.yaml
npusim run run.yaml --json c.json --quiet
python3 - <<'END'
import json
a, b, c = (json.load(open(name)) for name in ('a.json', 'b.json', 'c.json'))
for report in (a, b, c):
    del report['host']
print(a == b == c, a['workload'], a['accuracy']['images'], a['accuracy']['float_top1'], a['simulation']['bit_exact'])
END
npusim run run.yaml --images 2 --json d.json --quiet
value d.json accuracy.images
