# SPDX-License-Identifier: Apache-2.0
# A flag without its value.
. "$CASE_DIR/../common.bash"
for flag in --model --dataset --calibration --images --scheme --hardware --set --json -j; do
  refused run mobilenet.yaml $flag
done
refused compile mobilenet.yaml -o
for flag in --hardware --input --output --json; do refused simulate net.npu $flag; done
