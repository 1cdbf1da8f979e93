# SPDX-License-Identifier: Apache-2.0
# A stride of 0.
. "$CASE_DIR/../common.bash"
refused_model zero_stride
