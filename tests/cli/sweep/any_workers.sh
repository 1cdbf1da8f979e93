# SPDX-License-Identifier: Apache-2.0
# The same bytes for any number of workers, for shards, and when nothing is left to do.
. "$CASE_DIR/sweep.bash"
write_sweep
npusim sweep sweep.yaml -o one -j 1 --quiet
npusim sweep sweep.yaml -o three -j 3 --quiet
same_results one three || echo "three workers give other bytes than one"
for shard in 3 1 2; do
  npusim sweep sweep.yaml -o shards --shard $shard/3 -j 1 --quiet
  [ -e shards/points.csv ] && echo "a shard must write no table"
  if [ $shard != 2 ]; then
    npusim sweep gather shards --quiet 2> message && echo "points are missing"
    rm shards/points.csv shards/failures.csv
  fi
done
cat message
npusim sweep gather shards
same_results one shards || echo "shards give other bytes"
ls -l --time-style=full-iso one/points > before
npusim sweep sweep.yaml -o one -j 2
ls -l --time-style=full-iso one/points | diff before - || echo "a finished point was written again"
same_results one three || echo "a second call changes what is there"
