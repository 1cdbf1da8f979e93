# SPDX-License-Identifier: Apache-2.0
# Two nodes that make the same tensor.
. "$CASE_DIR/../common.bash"
refused_model duplicate_output
