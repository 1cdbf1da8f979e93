# SPDX-License-Identifier: Apache-2.0
# Names that are taken, reserved, unknown, or none at all.
. "$CASE_DIR/common.bash"
write_topology <<'END'
input: {height: 8, width: 8, channels: 4}
blocks:
  b: [relu: {name: inside}]
layers:
  - relu: {name: a}
  - relu: {name: a}
  - relu: {name: input}
  - relu: {name: a/b}
  - relu: {name: [x]}
  - b
  - add: {with: inside}
  - add: {with: later}
  - add
  - relu: {name: later, from: [a]}
END
refused run net.yaml
