# SPDX-License-Identifier: Apache-2.0
# A dimension of 2^40 with a few bytes of data.
. "$CASE_DIR/../common.bash"
refused_model huge_dimension
