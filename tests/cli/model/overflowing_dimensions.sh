# SPDX-License-Identifier: Apache-2.0
# Dimensions whose product is 2^64.
. "$CASE_DIR/../common.bash"
refused_model overflowing_dimensions
