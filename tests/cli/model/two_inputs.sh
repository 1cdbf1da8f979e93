# SPDX-License-Identifier: Apache-2.0
# A model of two images.
. "$CASE_DIR/../common.bash"
refused_model two_inputs
