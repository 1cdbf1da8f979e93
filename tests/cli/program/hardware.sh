# SPDX-License-Identifier: Apache-2.0
# Only what the Program does not depend on may change.
. "$CASE_DIR/../common.bash"
write_program
refused simulate net.npu --hardware npu_16x16_edge.yaml
refused simulate net.npu --hardware no.yaml
sed 's/read_latency_ns: 100/read_latency_ns: 300/' "$CASE_DIR/../../../configs/npu_32x32.yaml" > slow.yaml
npusim simulate net.npu --quiet --json fast.json
npusim simulate net.npu --quiet --json slow.json --hardware slow.yaml
echo "exit code $?"
[ "$(value fast.json cycles.total)" -lt "$(value slow.json cycles.total)" ] || echo "must be slower"
[ "$(value fast.json simulation)" = "$(value slow.json simulation)" ] || echo "must give the same values"
