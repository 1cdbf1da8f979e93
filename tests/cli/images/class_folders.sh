# SPDX-License-Identifier: Apache-2.0
# Folders of classes give the same report as a labels.csv in the order that the documentation says.
. "$CASE_DIR/pictures.bash"
write_run
mkdir -p tree/b tree/a tree/none
cp "$pictures"/fractal_1.jpg tree/b/2.jpg
cp "$pictures"/wide.jpg tree/none/wide.gif  # by its name no picture
cp "$pictures"/fractal_0.jpg tree/a/Z.JPG
png tree/a/a.png
printf 'a\nb\nnone\n' > tree/classes.txt
npusim run run.yaml --dataset tree --json tree.json --quiet
printf 'filename,class_index\na/Z.JPG,0\nb/2.jpg,1\na/a.png,0\n' > tree/labels.csv
npusim run run.yaml --dataset tree --json list.json --quiet
python3 - <<'END'
import json
a, b = (json.load(open(name)) for name in ('tree.json', 'list.json'))
del a['host'], b['host']
print(a == b, a['accuracy']['images'])
END
