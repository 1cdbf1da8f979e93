# SPDX-License-Identifier: Apache-2.0
# Every layer is quantized alone on every picture of the sample: 8 pictures instead of 2,000. What the page
# shows was measured on all of them.
. "$SETUP/setup.bash"
few_images
