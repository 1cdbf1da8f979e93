# SPDX-License-Identifier: Apache-2.0
# A Program and a picture of the reader's.
npusim compile mobilenet.yaml -o mobilenet.npu --quiet
cp "$SOURCE/tests/cli/images/pictures/fractal_0.jpg" picture.jpg
