# SPDX-License-Identifier: Apache-2.0
# What --vcd does not take.
. "$CASE_DIR/../common.bash"
write_program
refused simulate net.npu --vcd-signals 'npu.*'
refused simulate net.npu --vcd no/waves.vcd
refused simulate net.npu --vcd waves.vcd --vcd-signals 'npu.mac_aray.busy,npu.*.busy,,npu.vector'
refused run run.yaml --vcd waves.vcd --vcd-signals 'mac_array.*'
npusim simulate net.npu --quiet --timing-only --vcd /dev/full
echo "exit code $?"
TMPDIR=$PWD/none npusim simulate net.npu --quiet --timing-only --vcd waves.vcd
echo "exit code $?, $(ls)"
