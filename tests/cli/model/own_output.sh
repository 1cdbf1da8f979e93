# SPDX-License-Identifier: Apache-2.0
# A node that reads its own result.
. "$CASE_DIR/../common.bash"
refused_model own_output
