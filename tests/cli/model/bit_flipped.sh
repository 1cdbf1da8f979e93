# SPDX-License-Identifier: Apache-2.0
# One bit of a length is wrong.
. "$CASE_DIR/../common.bash"
refused_model bit_flipped
