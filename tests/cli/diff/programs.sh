# SPDX-License-Identifier: Apache-2.0
# Two Programs: the same, other timing, another scheme, another array.
. "$CASE_DIR/../common.bash"
write_run
npusim compile run.yaml --quiet -o a.npu
npusim compile run.yaml --quiet -o again.npu
npusim compile run.yaml --quiet -o slow.npu --set hardware.dram.read_latency_ns=200
npusim compile run.yaml --quiet -o layer.npu --scheme per_layer
npusim compile run.yaml --quiet -o edge.npu --hardware npu_16x16_edge.yaml
npusim diff a.npu again.npu
echo "exit code $?"
npusim diff a.npu slow.npu --json slow.json
echo "exit code $?"
value slow.json changes
npusim diff a.npu layer.npu | sed -n '1,/^  depthwise_1$/p'
# A smaller array has more tiles of the same weights.
npusim diff a.npu edge.npu --all > edge.txt
grep -A 3 '^  pointwise_2$' edge.txt
grep -c 'other weights' edge.txt
awk 'length > 80' edge.txt
