# SPDX-License-Identifier: Apache-2.0
# What is wrong is told before the first point, and a metric that there is not after it at the latest.
. "$CASE_DIR/sweep.bash"
write_sweep
refused sweep
refused sweep sweep.yaml
refused sweep no_such.yaml -o swept
refused sweep sweep.yaml -o sweep.yaml
refused sweep sweep.yaml -o net.yaml/below
for shard in 0/2 3/2 1 a/b 1/; do refused sweep sweep.yaml -o swept --shard $shard; done
refused sweep sweep.yaml -o swept -j 0
refused sweep sweep.yaml -o swept --fast
refused sweep gather
refused sweep gather net.yaml
refused sweep gather swept --fast
refused sweep sweep.yaml -o swept gather swept
sed 's/columns: .*/columns: [8, 0, none]/; s/^run:.*/run: other.yaml/' sweep.yaml > bad.yaml
refused sweep bad.yaml -o swept
sed 's/columns: .*/columns: [8, 0, none]/' sweep.yaml > bad.yaml
refused sweep bad.yaml -o swept
sed 's/cycles.total/cycles.totals/' sweep.yaml > bad.yaml
npusim sweep bad.yaml -o swept -j 1
echo "exit code $?, $(ls swept/points | wc -l) of 60 points" >&2
sed -i 's/^1,/one,/' swept/index.csv
npusim sweep gather swept
