# SPDX-License-Identifier: Apache-2.0
# A weight that is not a number.
. "$CASE_DIR/../common.bash"
refused_model nan_weights
