# SPDX-License-Identifier: Apache-2.0
# A hundred lines that would be ten billion layers.
. "$CASE_DIR/common.bash"
{
  echo 'input: {height: 8, width: 8, channels: 3}'
  echo 'blocks:'
  echo '  lol0: [relu]'
  for i in 1 2 3 4 5 6 7 8 9 10; do
    printf "  lol$i: ["
    for _ in 1 2 3 4 5 6 7 8 9; do printf "lol$((i - 1)), "; done
    echo "lol$((i - 1))]"
  done
  echo 'layers: [lol10]'
} | write_topology
refused run net.yaml
