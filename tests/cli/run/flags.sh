# SPDX-License-Identifier: Apache-2.0
# Flags and --set over the run file.
. "$CASE_DIR/../common.bash"
write_run
npusim run run.yaml --scheme per_layer --images 3 --set simulation.images=9 --set hardware.clock_hz=2000000000 \
  --quiet --json r.json
for key in quantization workload simulation.images accuracy.images; do value r.json $key; done
npusim run run.yaml --hardware npu_16x16_edge.yaml --set hardware.mac_array.rows=8 --images 1 --quiet --json e.json
value e.json hardware.name
[ "$(value r.json hardware.config_hash)" != "$(value e.json hardware.config_hash)" ] || echo "hashes must differ"
