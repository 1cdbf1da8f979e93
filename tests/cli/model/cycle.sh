# SPDX-License-Identifier: Apache-2.0
# Two nodes that read each other.
. "$CASE_DIR/../common.bash"
refused_model cycle
