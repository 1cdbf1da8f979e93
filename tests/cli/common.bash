# SPDX-License-Identifier: Apache-2.0
# What the cases share; a case begins with: . "$CASE_DIR/../common.bash"

# Runs npusim; says so where it does not refuse with exit code 2 and leave the folder as it was.
refused() {
  local before code
  before=$(ls -A)
  npusim "$@"
  code=$?
  [ "$code" = 2 ] || echo "npusim $*: exit code $code, must be 2"
  [ "$(ls -A)" = "$before" ] || echo "npusim $*: wrote $(ls -A)"
}

# Writes run.yaml: the embedded workload with few images.
write_run() {
  cat > run.yaml <<'END'
model: mobilenet_v1_025_fractal.onnx
dataset: {kind: fractal, seed: 2, images: 40}
calibration: {kind: fractal, seed: 3, images: 2, method: min_max}
input: {size: 64, mean: [127.5, 127.5, 127.5], scale: [127.5, 127.5, 127.5]}
quantization: {scheme: shift_scaler, field_bits: 4, rule: floor, bias_correction: true}
hardware: npu_32x32.yaml
simulation: {images: 1}
END
}

# Writes run.yaml with the first OLD in it replaced: write_run_with OLD NEW
write_run_with() {
  write_run
  local text
  text=$(cat run.yaml)
  printf '%s\n' "${text/"$1"/"$2"}" > run.yaml
}

# The model NAME of make_onnx is refused: refused_model NAME
refused_model() {
  write_run
  make_onnx "$1" bad.onnx
  refused run run.yaml --model bad.onnx
}

# Writes hardware.yaml: the shipped 16x16 machine, the first OLD replaced: write_hardware_with OLD NEW
write_hardware_with() {
  local text
  text=$(cat "$CASE_DIR/../../../configs/npu_16x16_edge.yaml")
  printf '%s\n' "${text/"$1"/"$2"}" > hardware.yaml
}

# Writes net.npu, the Program of run.yaml.
write_program() {
  write_run
  npusim compile run.yaml -o net.npu --quiet
}

# One value of a JSON file: value FILE key.key.0
value() {
  python3 - "$@" <<'END'
import json, sys
value = json.load(open(sys.argv[1]))
for key in sys.argv[2].split('.'):
    value = value[int(key)] if isinstance(value, list) else value[key]
print(json.dumps(value))
END
}
