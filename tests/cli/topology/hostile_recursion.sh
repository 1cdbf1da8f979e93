# SPDX-License-Identifier: Apache-2.0
# Blocks that hold themselves, alone and through others.
. "$CASE_DIR/common.bash"
write_topology <<'END'
input: {height: 8, width: 8, channels: 3}
blocks:
  itself: [relu, itself]
  one: [two]
  two: [one: {repeat: 10}]
layers: [itself, one]
END
refused run net.yaml
