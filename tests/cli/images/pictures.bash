# SPDX-License-Identifier: Apache-2.0
# Folders of pictures for the cases beside this file, which begin with: . "$CASE_DIR/pictures.bash"
# pictures/ holds fractals that npusim drew: fractal_N.jpg is image N of split 2 (4:2:0, 4:2:2 and
# 4:4:4), progressive.jpg and grey.jpg image 0, wide.jpg 80 x 70 pixels of image 3; cmyk.jpg is a
# pattern.
. "$CASE_DIR/../common.bash"
pictures=$CASE_DIR/pictures

# Writes a PNG of a pattern: png FILE [WIDTH HEIGHT]
png() {
  python3 - "$@" <<'END'
import struct, sys, zlib
name, width, height = sys.argv[1], *(int(text) for text in sys.argv[2:] or (64, 64))
def chunk(kind, data):
    return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))
rows = b''.join(b'\0' + bytes((x * 5 + y * 3 * (c + 1)) % 256 for x in range(width) for c in range(3))
                for y in range(height))
open(name, 'wb').write(b'\x89PNG\r\n\x1a\n'
                       + chunk(b'IHDR', struct.pack('>IIBBBBB', width, height, 8, 2, 0, 0, 0))
                       + chunk(b'IDAT', zlib.compress(rows)) + chunk(b'IEND', b''))
END
}

# Changes bytes of a file: patch FILE POSITION BYTE...; a position from the end is negative.
patch() {
  python3 - "$@" <<'END'
import sys
data = bytearray(open(sys.argv[1], 'rb').read())
at = int(sys.argv[2]) % len(data)
data[at:at + len(sys.argv) - 3] = bytes(int(text, 0) for text in sys.argv[3:])
open(sys.argv[1], 'wb').write(data)
END
}

# Makes a folder of four good pictures: write_folder DIR
write_folder() {
  mkdir "$1"
  cp "$pictures"/fractal_?.jpg "$1"
  png "$1/pattern.png"
  printf 'filename,class_index,name\nfractal_0.jpg,0,a\nfractal_1.jpg,1,b\npattern.png,39,c\nfractal_2.jpg,2,d\n' \
    > "$1/labels.csv"
}
