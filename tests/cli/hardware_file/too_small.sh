# SPDX-License-Identifier: Apache-2.0
# A machine on which the network cannot run: what is needed is named.
. "$CASE_DIR/../common.bash"
write_run
for change in weight_scratchpad.bytes=64 activation_scratchpad.bytes=64 mac_array.accumulator_bits=16 \
    dram.bytes=4096 requantization.field_bits=3; do
  refused run run.yaml --set hardware.$change 2>&1 | head -1
done
