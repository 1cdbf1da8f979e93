# SPDX-License-Identifier: Apache-2.0
# An ONNX file without a data set: `dataset: null` says so; pictures are then needed by nothing but
# calibration.
. "$CASE_DIR/common.bash"
write_run_with '{kind: fractal, seed: 2, images: 40}' null
npusim run run.yaml --json report.json | sed -n '/^Accuracy/,/^Cycles/p;/^Notes/,$p'
value report.json workload.images
write_run_with '{kind: fractal, seed: 2, images: 40}' null
sed -i 's/^calibration:.*/calibration: {kind: random, seed: 7, images: 2}/;/^input:/d' run.yaml
npusim run run.yaml --json report.json | sed -n '/^Accuracy/,/^Cycles/p;/^Notes/,$p'
refused run run.yaml --images 3
write_run_with '{kind: fractal, seed: 2, images: 40}' '{kind: random, seed: 2, images: 40}'
refused run run.yaml
