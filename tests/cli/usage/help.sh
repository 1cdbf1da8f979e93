# SPDX-License-Identifier: Apache-2.0
# Every command has its help, with examples, in 80 columns.
. "$CASE_DIR/../common.bash"
npusim --help | sed -n '1,2p'
npusim run --help | sed -n '2,5p'
for command in run compare analyze sweep "sweep gather" compile simulate disasm assemble inspect export vectors list show; do
  npusim $command --help | grep -c "npusim $command"
done
for command in "" run compare analyze sweep "sweep gather" compile simulate disasm assemble inspect export vectors list show; do
  npusim $command --help | awk 'length > 80 {print "longer than 80 columns: " $0}'
done
npusim run --help > /dev/full
echo "exit code $?"
