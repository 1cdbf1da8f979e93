# SPDX-License-Identifier: Apache-2.0
# A node that reads what nothing makes.
. "$CASE_DIR/../common.bash"
refused_model undefined_input
