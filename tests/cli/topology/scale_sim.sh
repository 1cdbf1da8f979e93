# SPDX-License-Identifier: Apache-2.0
# SCALE-Sim files: MobileNetV1 without padding and with one-filter depthwise rows gives the published
# multiplications; ResNet-18's poolings are not in such a file, so its stages have inputs of their own.
. "$CASE_DIR/common.bash"
python3 - <<'END'
header = ("Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, "
          "Num Filter, Strides,\n")
rows, size, channels = ["Conv1, 224, 224, 3, 3, 3, 32, 2"], 112, 32
plan = [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2)] + 5 * [(512, 1)] + [
    (1024, 2), (1024, 1)]
for number, (filters, stride) in enumerate(plan, 2):
    rows.append(f"Conv{number}_dw, {size}, {size}, 3, 3, {channels}, 1, {stride}")
    size //= stride
    rows.append(f"Conv{number}_pw, {size}, {size}, 1, 1, {channels}, {filters}, 1")
    channels = filters
rows.append("FC, 1, 1, 1, 1, 1024, 1000, 1")
open("mobilenet_v1.csv", "w").write(header + ",\n".join(rows) + ",\n")

rows, size, channels = ["Conv1, 224, 224, 7, 7, 3, 64, 2"], 56, 64
for stage, filters in enumerate([64, 128, 256, 512], 2):
    for block in "ab":
        stride = 2 if stage > 2 and block == "a" else 1
        rows.append(f"Conv{stage}{block}_1, {size}, {size}, 3, 3, {channels}, {filters}, {stride}")
        if stride == 2:
            shortcut = f"Conv{stage}_s, {size}, {size}, 1, 1, {channels}, {filters}, 2"
        size, channels = size // stride, filters
        rows.append(f"Conv{stage}{block}_2, {size}, {size}, 3, 3, {filters}, {filters}, 1")
    if stage > 2:
        rows.append(shortcut)
rows.append("FC, 1, 1, 1, 1, 512, 1000, 1")
open("resnet18.csv", "w").write("\n".join(rows))
open("gemms.csv", "w").write("Layer, M, N, K\nfirst, 50, 40, 30\nsecond, 50, 20, 40\n")
END
for name in mobilenet_v1 resnet18 gemms; do
  npusim run mobilenet_v1_224.yaml --model $name.csv --json report.json | sed -n '/^Notes/,$p'
  npusim compile mobilenet_v1_224.yaml --model $name.csv -o net.npu | grep -c '^note: '
  python3 - <<'END'
import json
report = json.load(open("report.json"))
print(len(report["notes"]), sum(layer["macs"] for layer in report["layers"]), len(report["layers"]),
      report["simulation"]["bit_exact"], report["accuracy_not_measured"])
END
done
