# SPDX-License-Identifier: Apache-2.0
# CSV files with text in numbers, cells missing, filters beyond the map, a foreign header.
. "$CASE_DIR/common.bash"
write_run
cat > net.csv <<'END'
Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides,
Conv1, 224, two hundred, 3, 3, 3, 32, 2,
Conv2, 112, 112, 3, 3, 32,
Conv3, 3, 3, 5, 5, 32, 0, -1,
, 3, 3, 1, 1, 32, 99999999999999999999, 0x10,
END
refused run run.yaml --model net.csv
printf 'name,price\nbread,3\n' > net.csv
refused run run.yaml --model net.csv
