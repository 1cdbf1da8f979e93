# SPDX-License-Identifier: Apache-2.0
# Where a trace cannot be written there is none, and nothing else is written either.
. "$CASE_DIR/../common.bash"
write_program
refused run run.yaml --trace trace.txt
refused simulate net.npu --trace trace.gz --json report.json
refused simulate net.npu --trace .json
refused simulate net.npu --trace nowhere/trace.json
mkdir folder.json
refused simulate net.npu --trace folder.json
ln -s /dev/full full.json
refused simulate net.npu --trace full.json --json report.json
refused run run.yaml --trace full.json --json report.json
