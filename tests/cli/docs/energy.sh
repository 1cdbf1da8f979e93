# SPDX-License-Identifier: Apache-2.0
# The page's tables are what the program says, and its commands run.
source=$CASE_DIR/../../..
python3 "$source/scripts/energy-table" --check
sed -n '/^```sh$/,/^```$/p' "$source/docs/energy.md" | grep '^npusim' > commands.txt
[ "$(wc -l < commands.txt)" = 2 ] || echo "$(wc -l < commands.txt) commands found"
while read -r command; do
  case "$command" in *timing_only*) ;; *) command+=" --images 2 --set calibration.images=1" ;; esac
  bash -c "$command" > out.txt || { echo "$command: exit code $?"; cat out.txt; }
  grep -c '^Energy and area, estimated with generic_7nm' out.txt
done < commands.txt
