# SPDX-License-Identifier: Apache-2.0
# Files of the run file and of its Program are the same; what is in them, for the whole embedded network
# and for one layer. The words themselves are checked by tests/rtl.
. "$CASE_DIR/../common.bash"
write_program
npusim vectors run.yaml -o from_run
mkdir from_program  # an empty folder will do
npusim vectors net.npu -o from_program/ --quiet
diff -r from_run from_program && echo "the same files"
python3 - <<'END'
import collections, json, pathlib
index = json.load(open('from_run/index.json'))
print({key: value for key, value in index.items() if key != 'units'})
units = collections.Counter(unit['unit'] for unit in index['units'])
print(dict(units))
listed = {f"{unit['folder']}/{file['file']}" for unit in index['units'] for file in unit['files']}
there = {path.relative_to('from_run').as_posix() for path in pathlib.Path('from_run').rglob('*.hex')}
print('files listed and there:', listed == there)
END
npusim vectors net.npu -o picture --layers 'depthwise_1' --layers classifier --rows 1 --instructions 100 \
  --input fractal:2:0
npusim simulate net.npu --input fractal:2:0 --output logits.npy --quiet
python3 - <<'END'
lines = open('picture/requantization/028_classifier/codes.hex').read().splitlines()
codes = bytes(int(line, 16) for line in lines[1:])
logits = open('logits.npy', 'rb').read()  # a header, then the int8 values
print(lines[0])
print('the last codes are what the machine gives:', logits.endswith(codes))
END
cat picture/mac_array/001_depthwise_1/folds.hex
value picture/index.json input
ls picture/mac_array
ls -A  # no folder in the making is left
