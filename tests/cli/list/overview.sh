# SPDX-License-Identifier: Apache-2.0
# Plain `list` is workloads, configs and schemes; everything that is shipped is in it, in 80 columns.
npusim list > all.txt
for what in workloads configs schemes; do npusim list $what; done > parts.txt
diff <(grep -v '^$' all.txt) parts.txt
for file in "$CASE_DIR"/../../../{workloads,configs}/*.yaml; do
  grep -q "^  $(basename "$file") " all.txt || echo "$(basename "$file") is not listed"
done
grep -n 'error:' all.txt
npusim list keys >> all.txt
awk 'length > 80 { print "longer than 80 columns: " $0 }' all.txt
grep -c "$(printf '\033')" all.txt
grep -E '^  (name |mobilenet\.yaml|npu_32x32\.yaml|per_layer|shift_scaler|per_channel)' all.txt | tr -s ' '
