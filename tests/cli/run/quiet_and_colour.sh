# SPDX-License-Identifier: Apache-2.0
# No colour and no progress into files; nothing at all with --quiet.
. "$CASE_DIR/../common.bash"
write_run
npusim run run.yaml --quiet
npusim run run.yaml > out.txt 2> err.txt
wc -c < err.txt
grep -c $'\x1b' out.txt
awk 'length > 80' out.txt
