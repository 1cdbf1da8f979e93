# SPDX-License-Identifier: Apache-2.0
# The shipped network stands for the reader's: the page's run file, my_run.yaml, with its sizes. The
# pictures are small ones of noise, and one is damaged.
. "$SETUP/setup.bash"
network my_network.onnx
pictures pictures 12
cp pictures/1.png pictures/one.png
pictures other_pictures 12
echo damaged > other_pictures/3.png
pictures calibration 64
sed -i 's/224/64/g; s/256/72/' my_run.yaml
grep -q 'size: 64, resize_shorter_side: 72, center_crop: 64' my_run.yaml
