# SPDX-License-Identifier: Apache-2.0
# Weights that are text.
. "$CASE_DIR/../common.bash"
refused_model string_weights
