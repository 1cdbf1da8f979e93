# SPDX-License-Identifier: Apache-2.0
# The run files of ImageNet say which flags set what they leave open.
. "$CASE_DIR/pictures.bash"
write_folder val
for version in 1 2; do
  refused run imagenet_mobilenet_v$version.yaml
  refused compile imagenet_mobilenet_v$version.yaml -o net.npu
done
refused run imagenet_mobilenet_v1.yaml --dataset val
