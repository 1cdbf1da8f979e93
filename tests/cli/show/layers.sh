# SPDX-License-Identifier: Apache-2.0
# The layers of a network: of a run file, an ONNX file, a SCALE-Sim topology, and of a Program. Their
# MACs are those of the report.
. "$CASE_DIR/../common.bash"
onnx=$CASE_DIR/../../../workloads/mobilenet_v1_025_fractal.onnx
npusim show mobilenet.yaml --layers > run.txt
npusim show "$onnx" > onnx.txt
npusim show mobilenet_v1_025_fractal.onnx --layers > bare.txt
cmp run.txt onnx.txt && cmp onnx.txt bare.txt && head -9 run.txt
cat > two.csv <<'END'
Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides,
conv1, 8, 8, 3, 3, 4, 16, 1,
fc, 1, 1, 1, 1, 576, 10, 1,
END
npusim show two.csv | grep -E 'Size|conv1|fc'
write_program
npusim show net.npu > npu.txt
sed -n '1,5p; /^Instructions/,/^  section/p' npu.txt
npusim simulate net.npu --timing-only --quiet --json report.json
python3 - <<'END'
import json, re
report = json.load(open("report.json"))
def macs(file, column):
    rows = [line.split() for line in open(file) if re.match(r"  \S+ +(conv|depthwise_conv|gemm|pool) ", line)]
    return [(row[0], row[1], int(row[column].replace(",", ""))) for row in rows]
want = [(each["name"], each["kind"], each["macs"]) for each in report["layers"]]
print(macs("run.txt", -2) == want, macs("npu.txt", -2) == want, len(want))
END
