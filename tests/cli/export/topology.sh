# SPDX-License-Identifier: Apache-2.0
# A network without a file: its synthetic weights are exported, and what is read back is the same
# machine program as far as values go.
. "$CASE_DIR/../common.bash"
npusim export mobilenet_v3_small_224.yaml -o v3.onnx
cat > read.yaml <<'END'
model: v3.onnx
dataset: null
calibration: {kind: random, seed: 1, images: 1}
quantization: {scheme: shift_scaler}
hardware: npu_32x32.yaml
END
npusim compile mobilenet_v3_small_224.yaml --quiet -o ours.npu
npusim compile read.yaml --quiet -o read.npu
for name in ours read; do npusim simulate $name.npu --quiet --json $name.json; done
python3 - <<'END'
import json
ours, read = (json.load(open(name))["simulation"]["output_sha256"] for name in ("ours.json", "read.json"))
print("output_sha256:", "the same" if ours == read else "other")
END
