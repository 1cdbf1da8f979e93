# SPDX-License-Identifier: Apache-2.0
# A picture given to simulate is the tensor that run makes of it, resized and cropped as the run file said.
. "$CASE_DIR/pictures.bash"
write_folder val
cp "$pictures"/wide.jpg "$pictures"/progressive.jpg "$pictures"/grey.jpg val
png val/large.png 201 133
# The run file's network is one of fractals; shown other pictures, its outputs would get more room.
same() {  # same LABEL.. : the pictures of val one after another
  npusim compile run.yaml -o net.npu --quiet
  for picture in "$@"; do
    printf 'filename,class_index\n%s,3\n' "$picture" > val/labels.csv
    npusim run run.yaml --dataset val --set calibration.output_headroom=1 --json run.json --quiet
    npusim simulate net.npu --input "val/$picture" --json simulate.json --quiet
    [ "$(value run.json simulation.output_sha256.0)" = "$(value simulate.json simulation.output_sha256.0)" ] ||
      echo "$picture: simulate differs from run"
  done
}
write_run
same fractal_0.jpg progressive.jpg grey.jpg pattern.png
write_run_with '{size: 64,' '{size: 64, center_crop: 64,'
same fractal_1.jpg wide.jpg large.png
write_run_with '{size: 64,' '{size: 64, resize_shorter_side: 72, center_crop: 64,'
same fractal_1.jpg wide.jpg large.png
cp val/pattern.png val/picture_without_suffix
npusim simulate net.npu --input val/picture_without_suffix --quiet
write_run
npusim compile run.yaml -o net.npu --quiet
refused simulate net.npu --input val/wide.jpg
refused simulate net.npu --input "$pictures"/cmyk.jpg
head -c 900 val/grey.jpg > short.jpg
refused simulate net.npu --input short.jpg
refused simulate net.npu --input val
