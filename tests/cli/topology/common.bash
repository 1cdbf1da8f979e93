# SPDX-License-Identifier: Apache-2.0
# What these cases share; a case begins with: . "$CASE_DIR/common.bash"
. "$CASE_DIR/../common.bash"

# Writes net.yaml with the rest of the model section, on stdin, under `model:`.
write_topology() {
  {
    echo 'model:'
    sed 's/^/  /'
    cat <<'END'
quantization: {scheme: shift_scaler}
hardware: npu_16x16_edge.yaml
simulation: {images: 1}
END
  } > net.yaml
}

# A small network that uses most of the language.
write_small_topology() {
  write_topology <<'END'
input: {height: 9, width: 12, channels: 1}
blocks:
  residual:
    - depthwise: {kernel: $kernel, activation: hard_swish}
    - conv: {channels: 6, kernel: 1}
    - add: {with: block_input, activation: relu}
layers:
  - conv: {name: stem, channels: 6, kernel: [3, 5], stride: [1, 2], activation: relu6}
  - residual: {kernel: 3, repeat: 2}
  - pool: {kind: average, global: true}
  - conv: {channels: 6, kernel: 1, activation: sigmoid}
  - mul: {with: residual_2}
  - concat: {with: stem}
  - pool: {kind: max, kernel: 2}
  - gemm: {channels: 10}
END
}
