# SPDX-License-Identifier: Apache-2.0
# Real MobileNetV2 on 200 real pictures, every scheme: half a minute, for scripts/long onnxruntime.
. "$CASE_DIR/../common.bash"
. "$CASE_DIR/onnxruntime.bash"
if [ -z "${LONG_TESTS-}" ]; then
  echo "LONG_TESTS is not set: scripts/long onnxruntime runs this" >&2
  exit 77
fi
for scheme in shift_scaler per_channel; do
  imagenet mobilenet_v2_$scheme imagenet_mobilenet_v2.yaml mobilenet_v2_1.0_224 --scheme $scheme
done
judge
