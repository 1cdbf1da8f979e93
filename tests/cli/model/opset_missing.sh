# SPDX-License-Identifier: Apache-2.0
# No opset at all.
. "$CASE_DIR/../common.bash"
refused_model opset_missing
