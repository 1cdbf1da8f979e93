# SPDX-License-Identifier: Apache-2.0
# What the cases of sweeps share; a case begins with: . "$CASE_DIR/sweep.bash"
. "$CASE_DIR/../common.bash"

# Writes net.yaml, a network of two layers: a point takes a few milliseconds.
write_net() {
  cat > net.yaml <<'END'
model:
  input: {height: 8, width: 8, channels: 3}
  layers:
    - conv: {name: stem, channels: 8, kernel: 3, activation: relu6}
    - gemm: {name: logits, channels: 10}
quantization: {scheme: shift_scaler, field_bits: 4, rule: floor, bias_correction: true}
hardware: npu_32x32.yaml
simulation: {timing_only: true}
END
}

# Writes net.yaml and sweep.yaml: 60 points of a grid of 40, of which some have too little memory.
write_sweep() {
  write_net
  cat > sweep.yaml <<'END'
run: net.yaml
axes:
  quantization.scheme: [per_layer, shift_scaler]
  hardware.mac_array.rows: [8, 16, 24, 32]
  hardware.mac_array.columns: {from: 8, to: 64, times: 2}
  hardware.weight_scratchpad.bytes: [512, 256KiB]
where: [hardware.mac_array.rows * hardware.mac_array.columns < 2048]
objectives: {minimise: [cycles.total, hardware.mac_array.columns]}
END
}

# The same bytes in both folders, whatever is left of killed writers: same_results A B
same_results() {
  local name
  for name in index.csv points.csv failures.csv sweep.yaml; do
    cmp "$1/$name" "$2/$name" || return 1
  done
  diff -r --exclude='*.json.*' "$1/points" "$2/points" || return 1
  diff -r --exclude='*.json.*' "$1/failures" "$2/failures"
}
