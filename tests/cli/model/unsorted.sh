# SPDX-License-Identifier: Apache-2.0
# A node before the one whose result it reads.
. "$CASE_DIR/../common.bash"
refused_model unsorted
