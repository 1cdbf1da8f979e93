# SPDX-License-Identifier: Apache-2.0
# Numbers out of range: stride 0, channels beyond any, negative pads, repeats without end.
. "$CASE_DIR/common.bash"
write_topology <<'END'
input: {height: 0, width: 8, channels: 1000000000000}
seed: 1.5
layers:
  - conv: {channels: 1000000000000, kernel: 3}
  - conv: {channels: 1e12, kernel: 3, stride: 0}
  - conv: {channels: 4, kernel: 3, pad: -1}
  - conv: {channels: 4, kernel: 3, pad: [1, 1, 1, -1]}
  - conv: {channels: 4, kernel: 99999999999999999999}
  - relu: {repeat: 1000000000}
END
refused run net.yaml
