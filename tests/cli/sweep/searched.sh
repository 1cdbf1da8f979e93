# SPDX-License-Identifier: Apache-2.0
# A search looks at no more points than it may, finds the same ones with any number of workers and
# after being killed, and goes on with what it has.
. "$CASE_DIR/sweep.bash"
write_sweep
echo 'search: {points: 24, seed: 3}' >> sweep.yaml
npusim sweep sweep.yaml -o whole -j 2 --quiet
npusim sweep sweep.yaml -o one -j 1 --quiet
same_results whole one && echo "the same bytes"
wc -l < whole/index.csv
rm one/points.csv
ls one/points/* | sed -n '1~3p' | xargs rm
npusim sweep gather one --quiet 2> /dev/null || echo "points are missing"
npusim sweep sweep.yaml -o one --quiet
same_results whole one && echo "the same bytes"
refused sweep sweep.yaml -o one --shard 1/2
