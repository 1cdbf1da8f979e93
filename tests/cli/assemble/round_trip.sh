# SPDX-License-Identifier: Apache-2.0
# The shipped workloads' Programs as text and back: the same bytes, with the image in the text and
# with that of the file; by hand edited ones do what they say.
. "$CASE_DIR/../common.bash"
for workload in mobilenet mlperf_tiny_anomaly_detection mlperf_tiny_image_classification \
                mlperf_tiny_keyword_spotting mlperf_tiny_visual_wake_words; do
  npusim compile $workload.yaml -o net.npu --quiet
  npusim disasm net.npu --image > whole.s
  npusim disasm net.npu > text.s
  npusim assemble whole.s -o whole.npu --quiet
  npusim assemble text.s --image-of net.npu -o text.npu --quiet
  cmp net.npu whole.npu && cmp net.npu text.npu && echo "$workload: the same bytes"
done
npusim compile mobilenet.yaml --consecutive-images 3 -o net.npu --quiet
npusim disasm net.npu --image > net.s
npusim assemble net.s -o /dev/stdout --quiet | cmp - net.npu && echo "three images: the same bytes"

# Slower memory, said in the text.
npusim compile mobilenet.yaml -o net.npu --quiet
npusim disasm net.npu > net.s
sed -i 's/dram.read_latency_ns=100/dram.read_latency_ns = 300 ; slower/' net.s
npusim assemble net.s --image-of net.npu -o slow.npu
npusim simulate net.npu --quiet --json fast.json
npusim simulate slow.npu --quiet --json slow.json
[ "$(value fast.json cycles.total)" -lt "$(value slow.json cycles.total)" ] || echo "must be slower"
[ "$(value fast.json simulation)" = "$(value slow.json simulation)" ] || echo "must give the same values"

# The hardware from a file.
sed '/^.hardware/,/^.semaphores/{/^.semaphores/!d}' net.s > bare.s
npusim assemble bare.s --image-of net.npu --hardware npu_32x32.yaml -o bare.npu --quiet
cmp bare.npu net.npu && echo "the same bytes"
