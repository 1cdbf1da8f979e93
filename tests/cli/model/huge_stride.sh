# SPDX-License-Identifier: Apache-2.0
# A stride of 2^63 - 1.
. "$CASE_DIR/../common.bash"
refused_model huge_stride
