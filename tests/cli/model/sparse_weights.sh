# SPDX-License-Identifier: Apache-2.0
# Weights as a sparse tensor.
. "$CASE_DIR/../common.bash"
refused_model sparse_weights
