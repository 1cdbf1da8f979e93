# SPDX-License-Identifier: Apache-2.0
# An opset of the future.
. "$CASE_DIR/../common.bash"
refused_model opset_99
