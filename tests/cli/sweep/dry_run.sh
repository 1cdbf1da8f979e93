# SPDX-License-Identifier: Apache-2.0
# What a sweep would do: axes, points, the time; nothing is written.
. "$CASE_DIR/sweep.bash"
write_sweep
npusim sweep sweep.yaml -o swept --dry-run -j 2
ls
npusim sweep sweep.yaml -o swept --quiet
cp -r swept before
npusim sweep sweep.yaml -o swept --dry-run | tail -2
diff -r before swept && echo "as it was"
