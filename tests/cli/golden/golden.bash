# SPDX-License-Identifier: Apache-2.0
# What the cases of golden cases share; a case begins with: . "$CASE_DIR/golden.bash"
. "$CASE_DIR/../common.bash"

# Writes net.yaml, a network of three layers: a run takes a few milliseconds.
write_net() {
  cat > net.yaml <<'END'
model:
  input: {height: 8, width: 8, channels: 3}
  layers:
    - conv: {name: stem, channels: 8, kernel: 3, activation: relu6}
    - conv: {name: middle, channels: 16, kernel: 3, stride: 2, activation: relu6}
    - gemm: {name: logits, channels: 10}
quantization: {scheme: shift_scaler, field_bits: 4, rule: floor, bias_correction: true}
hardware: npu.yaml
simulation: {images: 2}
END
  cp "$CASE_DIR/../../../configs/npu_16x16_edge.yaml" npu.yaml
}

# Another value behind a key of a hardware file, wherever it stands: set_hardware FILE KEY VALUE
set_hardware() {
  sed -i "s/^\( *$2:\) *[^ ]*/\1 $3/" "$1"
}

# `npusim golden check` with its exit code, without its seconds.
check() {
  npusim golden check "$@" 2>&1 | grep -v '^npusim golden: [0-9.]* s$'
  echo "exit code ${PIPESTATUS[0]}"
}

# Flips the lowest bit of one byte of an initializer of an ONNX model: flip_bit MODEL NAME BYTE
flip_bit() {
  python3 - "$@" <<'END'
import sys

def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, at

def fields(data, begin, end):
    """(number, begin, end) of the fields of a message that have a length."""
    while begin < end:
        tag, begin = varint(data, begin)
        if tag & 7 == 2:
            length, begin = varint(data, begin)
            yield tag >> 3, begin, begin + length
            begin += length
        elif tag & 7 == 0:
            begin = varint(data, begin)[1]
        else:
            begin += 8 if tag & 7 == 1 else 4

GRAPH, INITIALIZER, NAME, RAW_DATA = 7, 5, 8, 9
file, name, byte = sys.argv[1], sys.argv[2].encode(), int(sys.argv[3])
data = bytearray(open(file, "rb").read())
for number, begin, end in list(fields(data, 0, len(data))):
    for field, first, last in list(fields(data, begin, end)) if number == GRAPH else ():
        if field != INITIALIZER:
            continue
        parts = {key: (b, e) for key, b, e in fields(data, first, last)}
        if bytes(data[slice(*parts[NAME])]) == name:
            data[parts[RAW_DATA][0] + byte] ^= 1
            open(file, "wb").write(data)
            sys.exit()
sys.exit(f"{file} has no initializer {name}")
END
}
