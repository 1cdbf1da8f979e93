# SPDX-License-Identifier: Apache-2.0
# What `show` prints is a file that says the same: shown again it is the same text, it has the same
# layers, and it compiles to the same Program.
. "$CASE_DIR/../common.bash"
same() {  # NAME [flags]: shown, then shown again without the flags
  npusim show "$@" > once.yaml && npusim show once.yaml > twice.yaml && cmp once.yaml twice.yaml
}
for file in "$CASE_DIR"/../../../{configs,workloads}/*.yaml; do
  same "$(basename "$file")" || echo "$file: not the same"
done
for file in "$CASE_DIR"/../../../workloads/*.yaml; do
  npusim show "$file" > once.yaml
  # A network that the user must give is refused both times, naming the file.
  npusim show "$file" --layers 2>&1 | tail -n +2 > layers.txt
  npusim show once.yaml --layers 2>&1 | tail -n +2 | cmp -s - layers.txt || echo "$file: other layers"
done

write_run_with 'model: mobilenet_v1_025_fractal.onnx' 'model: null'
same run.yaml || echo "null: not the same"
write_run_with 'npu_32x32.yaml' 'null'
same run.yaml --scheme per_layer --images 7 --set input.center_crop=60 || echo "flags: not the same"
mkdir 'a folder' && write_run
same run.yaml --dataset 'a folder' --calibration 'a folder' --set hardware.clock_hz=7000000 \
  --set calibration.images=3 --set quantization.rule=floor || echo "folders: not the same"

npusim compile run.yaml --hardware npu_16x16_edge.yaml --set hardware.mac_array.columns=8 -o one.npu --quiet
npusim show run.yaml --hardware npu_16x16_edge.yaml --set hardware.mac_array.columns=8 > shown.yaml
npusim compile shown.yaml -o two.npu --quiet
cmp one.npu two.npu && echo "the same Program"
npusim simulate one.npu --timing-only --quiet --json one.json
npusim show npu_16x16_edge.yaml --set hardware.mac_array.columns=8 | grep -c "$(value one.json hardware.config_hash | tr -d '"')"
