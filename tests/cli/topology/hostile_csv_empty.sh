# SPDX-License-Identifier: Apache-2.0
# CSV files with nothing in them.
. "$CASE_DIR/common.bash"
write_run
: > net.csv
refused run run.yaml --model net.csv
printf '\n,,,\n\r\n' > net.csv
refused run run.yaml --model net.csv
printf 'Layer, M, N, K,\n' > net.csv
refused run run.yaml --model net.csv
printf 'a,1,\0,1\n' > net.csv
refused run run.yaml --model net.csv
mkdir folder.csv
refused run run.yaml --model folder.csv
