# SPDX-License-Identifier: Apache-2.0
# What docs/images.md says of MobileNetV1, on the same 800 pictures. 0.6425 was measured with another
# program.
. "$CASE_DIR/../common.bash"
. "$CASE_DIR/imagenet.bash"
imagenet 1 mobilenet_v1_0.25_224 800
bar 'float within 0.005 of 0.6425' 'abs(floating - 0.6425) <= 0.005'
bar 'without: per_layer below 0.05' 'off["per_layer"] < 0.05'
bar 'without: shift_scaler above 0.48' 'off["shift_scaler"] > 0.48'
bar 'with: shift_scaler at most 0.03 below float' 'on["shift_scaler"] >= floating - 0.03'
