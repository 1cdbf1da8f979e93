# SPDX-License-Identifier: Apache-2.0
# An output declared with another shape.
. "$CASE_DIR/../common.bash"
refused_model wrong_shape
