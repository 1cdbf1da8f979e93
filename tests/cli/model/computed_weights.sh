# SPDX-License-Identifier: Apache-2.0
# The image as weights.
. "$CASE_DIR/../common.bash"
refused_model computed_weights
