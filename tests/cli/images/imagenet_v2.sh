# SPDX-License-Identifier: Apache-2.0
# The same for MobileNetV2, on the first 200 of the 800 pictures to save time; float has 0.80 there.
. "$CASE_DIR/../common.bash"
. "$CASE_DIR/imagenet.bash"
imagenet 2 mobilenet_v2_1.0_224 200
bar 'float within 0.005 of 0.80' 'abs(floating - 0.80) <= 0.005'
bar 'without: per_layer below 0.30' 'off["per_layer"] < 0.30'
bar 'with: shift_scaler at most 0.02 below float' 'on["shift_scaler"] >= floating - 0.02'
