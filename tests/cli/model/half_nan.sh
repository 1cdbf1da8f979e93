# SPDX-License-Identifier: Apache-2.0
# A half-precision weight that is not a number.
. "$CASE_DIR/../common.bash"
refused_model half_nan
