# SPDX-License-Identifier: Apache-2.0
# Two sweeps into one folder at once: both right.
. "$CASE_DIR/sweep.bash"
write_sweep
npusim sweep sweep.yaml -o whole -j 2 --quiet
npusim sweep sweep.yaml -o both -j 1 --quiet &
npusim sweep sweep.yaml -o both -j 2 --quiet || echo "the second one fails"
wait $! || echo "the first one fails"
same_results whole both && echo "the same bytes"
