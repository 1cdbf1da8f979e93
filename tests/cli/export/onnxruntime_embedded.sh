# SPDX-License-Identifier: Apache-2.0
# The embedded network, 200 images, every scheme: per_layer, which collapses, in the same way.
. "$CASE_DIR/../common.bash"
. "$CASE_DIR/onnxruntime.bash"
write_run
for scheme in per_layer shift_scaler per_channel; do
  network $scheme run.yaml --scheme $scheme --set dataset.images=200
done
judge
