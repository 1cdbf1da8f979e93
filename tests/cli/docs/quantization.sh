# SPDX-License-Identifier: Apache-2.0
# The commands of the page run, and its table of the embedded network is what the program says, as far as
# that does not depend on the pictures.
source=$CASE_DIR/../../..
page=$source/docs/quantization.md
python3 "$source/scripts/quantization-tables" --check
sed -n '/^```sh$/,/^```$/p' "$page" | grep '^npusim' > commands.txt
[ "$(wc -l < commands.txt)" -ge 2 ] || echo "only $(wc -l < commands.txt) commands found"
while read -r command; do
  bash -c "$command --images 2 --set calibration.images=1" > out.txt || { echo "$command: exit code $?"; cat out.txt; }
done < commands.txt
ls
