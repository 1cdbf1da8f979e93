# SPDX-License-Identifier: Apache-2.0
# Parameters that are missing, unknown to the block, or outside any block.
. "$CASE_DIR/common.bash"
write_topology <<'END'
input: {height: 8, width: 8, channels: 3}
blocks:
  separable:
    - depthwise: {kernel: 3, stride: $stride}
    - conv: {channels: $channels, kernel: 1}
layers:
  - separable: {channels: 8}
  - separable: {channels: 8, strides: 2, stride: 1}
  - separable: {channels: wide, stride: [1, 1, 1]}
  - conv: {channels: $channels, kernel: 3}
END
refused run net.yaml
