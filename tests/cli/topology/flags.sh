# SPDX-License-Identifier: Apache-2.0
# Flags and sections that go with a topology, and those that do not.
. "$CASE_DIR/common.bash"
write_small_topology
printf 'a,8,8,3,3,2,4,1\n' > net.csv
write_run
npusim run run.yaml --model net.csv --json csv.json --quiet && value csv.json accuracy_not_measured
npusim run net.yaml --set model.seed=2 --scheme per_channel --hardware npu_32x32.yaml --json other.json --quiet &&
  value other.json quantization.scheme
npusim run net.yaml --set 'calibration={kind: random, seed: 5, images: 3}' --set simulation.images=2 \
  --json calibrated.json --quiet && value calibrated.json simulation.images
mkdir pictures
refused run net.yaml --dataset pictures
refused run net.yaml --images 5
refused run net.yaml --set 'dataset={kind: fractal, seed: 1, images: 5}' --set model.seed=-1
refused run net.yaml --set 'calibration={kind: fractal, seed: 1, images: 5}'
refused run net.yaml --set 'calibration={kind: random, images: 0}' --set model.layers=3
refused run run.yaml --model missing.csv
write_run_with 'seed: 2, images: 40}' 'seed: 2, images: 40}
extra: 1'
refused run run.yaml --model net.csv --images 5
