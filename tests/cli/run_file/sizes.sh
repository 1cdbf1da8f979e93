# SPDX-License-Identifier: Apache-2.0
# Sizes beyond every limit are refused at once, with the limit; the largest and smallest arrays run.
. "$CASE_DIR/../common.bash"
write_run
refused run run.yaml --images 1000000000
refused run run.yaml --images 99999999999999999999
refused run run.yaml --set simulation.images=1000000000
for setting in mac_array.rows=0 mac_array.columns=4097 activation_scratchpad.bytes=1 \
               weight_scratchpad.bytes=1099511627776 clock_hz=1 clock_hz=1000000000000000 \
               dram.read_latency_ns=9223372036854775807; do
  refused run run.yaml --set "hardware.$setting"
done

# Refused: a topology of these layers.
refused_topology() {
  echo 'Layer, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides,' > net.csv
  printf '%s,\n' "$@" >> net.csv
  refused run run.yaml --model net.csv --set simulation.timing_only=true
}
refused_topology 'c1, 1, 1, 1, 1, 1000000, 1000000, 1'
refused_topology 'c1, 1099511627776, 8, 3, 3, 4, 4, 1'
refused_topology 'c1, 16000, 16000, 3, 3, 4, 4, 1'
refused_topology 'c1, 16000, 16000, 1, 1, 1, 1, 1' 'c2, 16000, 16000, 1, 1, 1, 1, 1' \
                 'c3, 16000, 16000, 1, 1, 1, 1, 1' 'c4, 16000, 16000, 1, 1, 1, 1, 1'

for shape in '1 32' '32 1' '4096 4096'; do
  npusim run run.yaml --quiet --images 1 --json report.json \
    --set "hardware.mac_array.rows=${shape% *}" --set "hardware.mac_array.columns=${shape#* }"
  echo "$shape: $(value report.json simulation.bit_exact)"
done
