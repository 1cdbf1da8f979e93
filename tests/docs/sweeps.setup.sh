# SPDX-License-Identifier: Apache-2.0
# 18 runs: 8 pictures instead of 2,000.
. "$SETUP/setup.bash"
few_images
