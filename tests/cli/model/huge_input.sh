# SPDX-License-Identifier: Apache-2.0
# An image of 2^60 rows.
. "$CASE_DIR/../common.bash"
refused_model huge_input
