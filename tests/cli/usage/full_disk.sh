# SPDX-License-Identifier: Apache-2.0
# Output that cannot be written is an error.
. "$CASE_DIR/../common.bash"
write_program
npusim disasm net.npu > /dev/full
echo "exit code $?"
