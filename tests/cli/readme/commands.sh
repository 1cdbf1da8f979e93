# SPDX-License-Identifier: Apache-2.0
# Every command in the README that names files which exist runs as it stands there.
grep -oE '^scripts/npusim [^#]*' "$CASE_DIR/../../../README.md" | grep -v my_network > commands.txt
[ "$(wc -l < commands.txt)" -ge 7 ] || echo "only $(wc -l < commands.txt) commands found"
while read -r command; do
  ${command#scripts/} > out.txt || { echo "$command: exit code $?"; cat out.txt; }
done < commands.txt
ls
