# SPDX-License-Identifier: Apache-2.0
# A height that is left open.
. "$CASE_DIR/../common.bash"
refused_model symbolic_height
