# SPDX-License-Identifier: Apache-2.0
# What setups of pages share; one begins with: . "$SETUP/setup.bash". They run in the page's folder;
# $SOURCE is the source tree.

# The shipped network under another name, in the reader's place: 64 x 64 pixels, 40 classes.
network() {
  mkdir -p "$(dirname "$1")"
  cp "$SOURCE/workloads/mobilenet_v1_025_fractal.onnx" "$1"
}

# A folder of pictures of noise with labels: pictures FOLDER COUNT [WIDTH HEIGHT]. 0.png, 1.png, ...
pictures() {
  python3 - "$@" <<'END'
import os, random, struct, sys, zlib
folder, count = sys.argv[1], int(sys.argv[2])
width, height = map(int, sys.argv[3:] or (72, 84))
draw = random.Random(1)
def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
os.makedirs(folder)
with open(f"{folder}/labels.csv", "w") as labels:
    labels.write("filename,class_index\n")
    for i in range(count):
        rows = b"".join(b"\0" + draw.randbytes(3 * width) for _ in range(height))
        header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
        with open(f"{folder}/{i}.png", "wb") as file:
            file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) +
                       chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
        labels.write(f"{i}.png,{i % 40}\n")
END
}

# A shipped run file that finds less work, in the current folder, where it is found first:
# with RUN.yaml SED_EXPRESSION
with() {
  sed "$2" "$SOURCE/workloads/$1" > "$1"
  ! cmp -s "$SOURCE/workloads/$1" "$1"
}
few_images() { with mobilenet.yaml 's/images: 2000/images: 8/; s/images: 64/images: 2/'; }

# ImageNet and the MobileNets trained on it: small pictures of noise, the shipped network of 64 x 64
# pixels, and the run files with that size.
imagenet() {
  local name
  for name in 1 2; do
    with imagenet_mobilenet_v$name.yaml '/^#/! s/224/64/g; s/images: 64/images: 2/'
  done
  pictures imagenet/val 2
  pictures imagenet/calibration 2
}
