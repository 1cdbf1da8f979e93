# SPDX-License-Identifier: Apache-2.0
# Weights of integers.
. "$CASE_DIR/../common.bash"
refused_model integer_weights
