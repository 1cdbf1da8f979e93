# SPDX-License-Identifier: Apache-2.0
# Colour on a terminal only, and never with NO_COLOR or a dumb one.
. "$CASE_DIR/../common.bash"
write_run
npusim run run.yaml --quiet --set simulation.timing_only=true --json a.json
npusim run run.yaml --quiet --set simulation.timing_only=true --set hardware.dram.read_latency_ns=200 --json b.json
npusim compile run.yaml --quiet -o a.npu
npusim compile run.yaml --quiet -o b.npu --set hardware.dram.read_latency_ns=200
escapes() { grep -c "$(printf '\033')" "$1"; }
for kind in json npu; do
  command="npusim diff a.$kind b.$kind"
  TERM=xterm script -qec "$command" terminal.txt < /dev/null > /dev/null
  TERM=xterm NO_COLOR=1 script -qec "$command" no_colour.txt < /dev/null > /dev/null
  TERM=dumb script -qec "$command" dumb.txt < /dev/null > /dev/null
  $command > file.txt
  [ "$(escapes terminal.txt)" -gt 0 ] && echo "$kind: colours on a terminal"
  for file in no_colour dumb file; do echo "$file $(escapes $file.txt)"; done
done
