# SPDX-License-Identifier: Apache-2.0
# A second value is refused at every level.
. "$CASE_DIR/../common.bash"
write_run
echo 'model: other.onnx' >> run.yaml
sed -i 's/seed: 2,/seed: 2, seed: 4,/' run.yaml
refused run run.yaml
