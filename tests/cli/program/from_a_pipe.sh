# SPDX-License-Identifier: Apache-2.0
# A Program file is mapped where it can be, and else read: the same report from a file, a pipe and a link.
. "$CASE_DIR/../common.bash"
write_program
npusim simulate net.npu --json file.json --output file.npy --quiet
npusim simulate <(cat net.npu) --json pipe.json --output pipe.npy --quiet
ln -s net.npu link.npu
npusim simulate link.npu --json link.json --output link.npy --quiet
for other in pipe link; do
  cmp file.npy $other.npy
  python3 -c 'import json, sys; a, b = (json.load(open(f)) for f in sys.argv[1:]); a.pop("host"); b.pop("host"); print(a == b)' \
    file.json $other.json
done
refused simulate <(head -c 1000 net.npu) 2>&1 | sed 's/.*: header/header/'
refused simulate <(:) 2>&1 | sed 's/.*: header/header/'
refused disasm /dev/null
# Its own file replaced by what it writes: the mapping keeps the old one.
npusim simulate net.npu --output net.npu --quiet
cmp net.npu file.npy
