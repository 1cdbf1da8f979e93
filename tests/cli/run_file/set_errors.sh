# SPDX-License-Identifier: Apache-2.0
# The form of --set, and values that it may not give.
. "$CASE_DIR/../common.bash"
write_run
for argument in oops =1 a..b=1 .a=1 'a b=1' quantization.scheme=[ model.path=x hardware= hardware.=1; do
  refused run run.yaml --set "$argument"
done
for argument in quantization.scheme=per_tensor quantization.fieldbits=3 simulation.images=0 \
    calibration.seed=-1 input.mean=1 dataset.kind=imagenet dataset=3 frobnicate=1; do
  refused run run.yaml --set "$argument"
done
