# SPDX-License-Identifier: Apache-2.0
# Blocks nested deeper than any network needs.
. "$CASE_DIR/common.bash"
{
  echo 'input: {height: 8, width: 8, channels: 3}'
  echo 'blocks:'
  echo '  b0: [relu]'
  for i in $(seq 1 3000); do echo "  b$i: [b$((i - 1))]"; done
  echo 'layers: [b3000]'
} | write_topology
npusim run net.yaml 2> errors.txt
echo "exit code $?, $(wc -l < errors.txt) errors"
head -1 errors.txt
