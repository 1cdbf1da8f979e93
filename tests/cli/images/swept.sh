# SPDX-License-Identifier: Apache-2.0
# A point of a sweep is known by the pictures that it is measured on: one that has changed since,
# or a folder more behind a link, makes it another point.
. "$CASE_DIR/pictures.bash"
write_folder val
mkdir other
png other/pattern.png 70 66
write_run_with '{kind: fractal, seed: 2, images: 40}' '{kind: image_folder, path: val}'
printf 'run: run.yaml\naxes: {quantization.scheme: [per_layer]}\n' > sweep.yaml
sweep() {
  echo "$1"
  npusim sweep sweep.yaml -o swept -j 1 | grep -o '  done [a-z]* *[0-9]*'
}
sweep new
sweep 'as it was'
touch -d '2 days ago' val/fractal_1.jpg
sweep 'another time'
ln -s ../other val/linked
sweep 'a linked folder'
ln -s ../val other/loop
sweep 'a folder that holds itself' || echo refused
