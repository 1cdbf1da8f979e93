# SPDX-License-Identifier: Apache-2.0
# Folders that cannot be a data set.
. "$CASE_DIR/pictures.bash"
write_run
mkdir empty pictures
cp "$pictures"/fractal_?.jpg pictures
refused run run.yaml --dataset empty
refused run run.yaml --dataset pictures
refused run run.yaml --calibration pictures
mkdir -p tree/cat tree/dog
: > tree/classes.txt
refused run run.yaml --dataset tree
printf 'cat\nbird\ncat\n../pictures\n' > tree/classes.txt
refused run run.yaml --dataset tree
printf 'cat\ndog\n' > tree/classes.txt
refused run run.yaml --dataset tree
cp "$pictures"/fractal_0.jpg tree/dog
refused run run.yaml --dataset tree --images 2
refused compile run.yaml --calibration tree -o net.npu
for i in $(seq 41); do mkdir tree/c$i && echo c$i; done >> tree/classes.txt
cp "$pictures"/fractal_0.jpg tree/c41
refused run run.yaml --dataset tree
