# SPDX-License-Identifier: Apache-2.0
# Every command has its help, with examples.
. "$CASE_DIR/../common.bash"
npusim --help | sed -n '1,2p'
for command in run compile simulate disasm; do
  npusim $command --help | grep -c "npusim $command"
done
