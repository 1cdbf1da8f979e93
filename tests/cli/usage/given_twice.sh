# SPDX-License-Identifier: Apache-2.0
# A flag that takes one value.
. "$CASE_DIR/../common.bash"
for flag in --model --dataset --calibration --images --scheme --hardware --json -j; do
  refused run mobilenet.yaml $flag a $flag b
done
