# SPDX-License-Identifier: Apache-2.0
# Two negative dimensions, whose product is right.
. "$CASE_DIR/../common.bash"
refused_model negative_dimension
