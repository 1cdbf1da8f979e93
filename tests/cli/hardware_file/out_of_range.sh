# SPDX-License-Identifier: Apache-2.0
# Borders and forms of numbers.
. "$CASE_DIR/../common.bash"
write_run
try() { refused run run.yaml --set "hardware.$1"; }
try mac_array.rows=0
try mac_array.rows=4097
try mac_array.accumulator_bits=7
try mac_array.accumulator_rows=1
try mac_array.depthwise_pixels=65
try dma.burst_bytes=48
try command_processor.fetch_bytes=100
try requantization.multiplier_bits=16
try requantization.field_bits=5
try queue_depths.vector=0
try clock_hz=999999
try dram.bytes=4097
try activation_scratchpad.bytes=1000
try activation_scratchpad.bank_word_bytes=3
