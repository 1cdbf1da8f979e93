# SPDX-License-Identifier: Apache-2.0
# A minute of trials: two of each on four pictures. What the page says was measured with all of them.
. "$SETUP/setup.bash"
with mobilenet_faults.yaml 's/trials: 20/trials: 2/; s/images: 200/images: 4/; s/single_flips: 4/single_flips: 0/'
