# SPDX-License-Identifier: Apache-2.0
# The first half of a model.
. "$CASE_DIR/../common.bash"
refused_model truncated
