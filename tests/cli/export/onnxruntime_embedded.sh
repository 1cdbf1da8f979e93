# SPDX-License-Identifier: Apache-2.0
# The embedded network, 200 images, every scheme: per_layer, which collapses, in the same way; and with
# channels equalized, whose caps differ.
. "$CASE_DIR/../common.bash"
. "$CASE_DIR/onnxruntime.bash"
write_run
for scheme in per_layer shift_scaler per_channel; do
  network $scheme run.yaml --scheme $scheme --set dataset.images=200
done
network equalized run.yaml --scheme per_layer --set quantization.equalization=true --set dataset.images=200
judge
