# SPDX-License-Identifier: Apache-2.0
# The content of a picture tells its format: a PNG called .jpg is a PNG.
. "$CASE_DIR/pictures.bash"
write_run
mkdir right wrong
png right/a.png
cp "$pictures"/fractal_0.jpg right/b.jpg
cp right/a.png wrong/a.jpg
cp right/b.jpg wrong/b.PNG
printf 'filename,class_index\na.png,1\nb.jpg,0\n' > right/labels.csv
printf 'filename,class_index\na.jpg,1\nb.PNG,0\n' > wrong/labels.csv
for folder in right wrong; do npusim run run.yaml --dataset $folder --calibration $folder --quiet --json $folder.json; done
python3 - <<'END'
import json
a, b = (json.load(open(name)) for name in ('right.json', 'wrong.json'))
del a['host'], b['host']
print(a == b)
END
