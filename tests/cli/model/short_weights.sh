# SPDX-License-Identifier: Apache-2.0
# Two bytes of the weights are missing.
. "$CASE_DIR/../common.bash"
refused_model short_weights
