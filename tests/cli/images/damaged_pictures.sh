# SPDX-License-Identifier: Apache-2.0
# Pictures that are none: each alone in a folder, as data set and as calibration set, names its file.
. "$CASE_DIR/pictures.bash"
write_run
mkdir bad
try() {  # try FILE FLAG...: FILE lies in bad
  printf 'filename,class_index\n%s,3\n' "$1" > bad/labels.csv
  refused run run.yaml --dataset bad "${@:2}"
}
head -c 1000 "$pictures"/fractal_0.jpg > bad/truncated.jpg
try truncated.jpg
head -c 200 "$pictures"/fractal_0.jpg > bad/truncated_header.jpg
try truncated_header.jpg
head -c -2 "$pictures"/progressive.jpg > bad/without_end.jpg
try without_end.jpg
cp "$pictures"/fractal_0.jpg bad/flipped.jpg
patch bad/flipped.jpg 900 0xff 0xd3
try flipped.jpg
png bad/crc.png
patch bad/crc.png 60 0x55
try crc.png
png bad/text_crc.png
patch bad/text_crc.png -1 0x55  # of the last chunk, which has no data
try text_crc.png
png bad/whole.png
head -c 300 bad/whole.png > bad/truncated.png
try truncated.png
head -c -12 bad/whole.png > bad/without_end.png
try without_end.png
: > bad/empty.jpg
try empty.jpg
echo "this is text" > bad/text.jpg
try text.jpg
cp "$pictures"/fractal_0.jpg bad/huge.jpg
python3 - <<'END'
import struct, zlib
data = bytearray(open('bad/huge.jpg', 'rb').read())
at = data.index(b'\xff\xc0') + 5
for name, side in (('bad/huge.jpg', 65500), ('bad/hugest.jpg', 65535)):
    data[at:at + 4] = struct.pack('>HH', side, side)
    open(name, 'wb').write(data)
def chunk(kind, body):
    return struct.pack('>I', len(body)) + kind + body + struct.pack('>I', zlib.crc32(kind + body))
def png(name, width, height, depth, colour, rows):
    open('bad/' + name, 'wb').write(
        b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', width, height, depth, colour, 0, 0, 0))
        + chunk(b'IDAT', zlib.compress(rows)) + chunk(b'IEND', b''))
png('huge.png', 2**31 - 1, 2**31 - 1, 16, 6, b'')
png('area.png', 65500, 65500, 1, 0, b'')
png('zero.png', 0, 5, 8, 2, b'')
png('depth.png', 4, 4, 5, 2, b'')
png('no_pixels.png', 64, 64, 8, 2, b'')
png('transparent.png', 1, 1, 8, 6, bytes([0, 9, 9, 9, 128]))
END
for file in huge.jpg hugest.jpg huge.png area.png zero.png depth.png no_pixels.png transparent.png; do
  try $file
done
cp "$pictures"/cmyk.jpg bad
try cmyk.jpg
mkdir bad/folder.jpg
try folder.jpg
ln -s /proc/self/mem bad/unreadable.jpg
try unreadable.jpg
ln -s loop.jpg bad/loop.jpg
try loop.jpg
mkfifo bad/pipe.jpg
try pipe.jpg
png bad/small.png 63 70
try small.png --set input.center_crop=64
png bad/large.png 65 64
try large.png
try large.png --set input.center_crop=63
try small.png --set input.resize_shorter_side=64
png bad/thin.png 1 2000
try thin.png --set input.resize_shorter_side=64 --set input.center_crop=64
printf 'filename,class_index\ntext.jpg,3\nwhole.png,3\n' > bad/labels.csv
refused run run.yaml --calibration bad
refused compile run.yaml --calibration bad -o net.npu
