# SPDX-License-Identifier: Apache-2.0
# Layers that do not fit each other; all of them are named, what follows from them is not.
. "$CASE_DIR/common.bash"
write_topology <<'END'
input: {height: 8, width: 8, channels: 4}
layers:
  - conv: {name: a, channels: 4, kernel: 3}
  - conv: {name: b, channels: 4, kernel: 3, stride: 2}
  - add: {with: a}
  - mul: {with: a, from: b}
  - concat: {with: [a, b]}
  - conv: {channels: 6, kernel: 3, groups: 3, from: a}
  - conv: {channels: 4, kernel: 9, pad: valid, from: a}
  - pool: {kind: max, kernel: 2, pad: [2, 2, 2, 2], from: a}
END
refused run net.yaml
