# SPDX-License-Identifier: Apache-2.0
# A hardware file with what follows from it; --set as for a run, the prefix may be left out.
npusim show npu_32x32.yaml
npusim show npu_32x32.yaml --set hardware.mac_array.rows=16 --set dram.bandwidth_bytes_per_second=1000000 \
  --set hardware.activation_scratchpad.bytes=1MiB --set weight_scratchpad.bytes=1000 | sed -n '/Derived/,$p'
npusim show npu_32x32.yaml --set clock_hz=1000000 --set mac_array.rows=1 --set mac_array.columns=1 |
  grep -E 'peak|DRAM|balance'
