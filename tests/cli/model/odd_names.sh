# SPDX-License-Identifier: Apache-2.0
# Names with control characters do not reach the terminal.
. "$CASE_DIR/../common.bash"
refused_model odd_names
