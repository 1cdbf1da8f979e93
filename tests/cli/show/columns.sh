# SPDX-License-Identifier: Apache-2.0
# Everything that is printed of what is shipped, and all help, fits 80 columns; paths may be longer.
for file in "$CASE_DIR"/../../../{configs,workloads}/*.yaml; do
  npusim show "$(basename "$file")" | grep -v ': /'
  [[ $file == */workloads/* ]] && npusim show "$(basename "$file")" --layers 2> /dev/null
done > all.txt
for command in '' $(npusim --help | sed -n '/^Subcommands/,/^$/s/^  \([a-z]*\) .*/\1/p'); do
  npusim $command --help || echo "no help for $command"
done > help.txt
awk 'length > 80 { print FILENAME ": longer than 80 columns: " $0 }' all.txt help.txt
