# SPDX-License-Identifier: Apache-2.0
# One latency, one weight, one buffer size, one input: the check names the layer and what moved.
. "$CASE_DIR/golden.bash"
write_run
sed -i 's/^model: .*/model: net.onnx/; s/^hardware: .*/hardware: npu.yaml/' run.yaml
cp "$CASE_DIR/../../../configs/npu_32x32.yaml" npu.yaml
cp "$CASE_DIR/../../../workloads/mobilenet_v1_025_fractal.onnx" net.onnx
cp npu.yaml as_recorded.yaml
cp net.onnx as_recorded.onnx
npusim golden record run.yaml -o case --quiet
check case

echo "=== a latency"
set_hardware npu.yaml read_latency_ns 150
check case
cp as_recorded.yaml npu.yaml

echo "=== a buffer"
sed -i '/^activation_scratchpad/,/ bytes/s/1MiB/24KiB/' npu.yaml
check case
cp as_recorded.yaml npu.yaml

echo "=== a queue"
sed -i '/^queue_depths/,/^dma/s/dma_weights: 16/dma_weights: 1/' npu.yaml
check case
cp as_recorded.yaml npu.yaml

echo "=== a weight, of another size"
flip_bit net.onnx pointwise_3.weight 7
check case
cp as_recorded.onnx net.onnx

echo "=== a weight, by less than what its code shows"
flip_bit net.onnx pointwise_3.weight 28
check case
cp as_recorded.onnx net.onnx

echo "=== an input"
sed -i 's/seed: 2,/seed: 4,/' case/run.yaml
check case
