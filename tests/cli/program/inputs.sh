# SPDX-License-Identifier: Apache-2.0
# Inputs that do not fit.
. "$CASE_DIR/../common.bash"
write_program
npy() { python3 - "$@" <<'END'
import sys
name, descr, shape = sys.argv[1:4]
size = 1
for extent in eval(shape): size *= extent
size *= int(descr[-1])
header = "{'descr': '%s', 'fortran_order': False, 'shape': %s, }" % (descr, shape)
header += ' ' * (63 - (10 + len(header)) % 64) + '\n'
open(name, 'wb').write(b'\x93NUMPY\x01\x00' + len(header).to_bytes(2, 'little') + header.encode() + bytes(size))
END
}
npy shape.npy '|i1' '(3, 64, 64)'
refused simulate net.npu --input shape.npy
npy float.npy '<f4' '(64, 64, 3)'
refused simulate net.npu --input float.npy
npy unsigned.npy '|u1' '(64, 64, 3)'
refused simulate net.npu --input unsigned.npy
npy good.npy '|i1' '(1, 64, 64, 3)'
head -c 1000 good.npy > short.npy
refused simulate net.npu --input short.npy
refused simulate net.npu --input good.npy --input good.npy
refused simulate net.npu --input no.npy
refused simulate net.npu --input picture.jpg
for source in fractal: fractal:2 fractal:2:x fractal:-2:0 fractal:2:0:1; do
  refused simulate net.npu --input $source
done
npusim simulate net.npu --input good.npy --quiet
