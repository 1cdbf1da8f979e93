# SPDX-License-Identifier: Apache-2.0
# Every command of the page runs, in its order and with its run file; only the sizes are those of the
# shipped network, which stands for the user's, and the pictures are small ones of noise.
source=$CASE_DIR/../../..
page=$source/docs/your-own-network.md
cp "$source/workloads/mobilenet_v1_025_fractal.onnx" my_network.onnx
python3 - <<'END'
import os, random, struct, zlib
draw = random.Random(1)
def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
def png(path, width, height):
    rows = b"".join(b"\0" + draw.randbytes(3 * width) for _ in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    open(path, "wb").write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) +
                           chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
for folder, pictures in (("pictures", 12), ("other_pictures", 12), ("calibration", 64)):
    os.mkdir(folder)
    with open(f"{folder}/labels.csv", "w") as labels:
        labels.write("filename,class_index\n")
        for i in range(pictures):
            name = "one.png" if i == 0 else f"{i}.png"
            png(f"{folder}/{name}", 72 + i % 9, 90 - i % 7)
            labels.write(f"{name},{i % 40}\n")
open("other_pictures/3.png", "wb").write(b"damaged")
END
sed -n '/^```yaml$/,/^```$/p' "$page" | sed '/^```/d; s/224/64/g; s/256/72/' > my_run.yaml
grep -q 'size: 64, resize_shorter_side: 72, center_crop: 64' my_run.yaml || cat my_run.yaml
sed -n '/^ *```sh$/,/^ *```$/p' "$page" | sed -n 's/^ *npusim/npusim/p' > commands.txt
[ "$(wc -l < commands.txt)" -ge 13 ] || echo "only $(wc -l < commands.txt) commands found"
while read -r command; do
  bash -c "$command" > out.txt || { echo "$command: exit code $?"; cat out.txt; }
done < commands.txt
python3 -c '
import json
report = json.load(open("report.json"))
print(report["simulation"]["bit_exact"], report["accuracy"]["images"], report["hardware"]["name"])'
ls
