# SPDX-License-Identifier: Apache-2.0
# The table of keys is the program's list, every command of the page runs in the order of the page, and
# every shipped machine is named.
source=$CASE_DIR/../../..
page=$source/docs/your-own-hardware.md
python3 "$source/scripts/hardware-document" --check
sed -n '/^```sh$/,/^```$/p' "$page" | grep '^npusim' > commands.txt
[ "$(wc -l < commands.txt)" -ge 9 ] || echo "only $(wc -l < commands.txt) commands found"
while read -r command; do
  bash -c "$command" > out.txt || { echo "$command: exit code $?"; cat out.txt; }
done < commands.txt
for file in "$source"/configs/*.yaml; do
  grep -q "\`$(basename "$file")\`" "$page" || echo "$(basename "$file") is not named"
done
npusim simulate my_net.npu --hardware npu_16x16_edge.yaml 2> refusal.txt && echo "not refused"
grep -c 'which the Program was compiled for' refusal.txt | grep -vx 0 > /dev/null || cat refusal.txt
