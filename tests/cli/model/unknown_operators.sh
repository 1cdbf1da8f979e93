# SPDX-License-Identifier: Apache-2.0
# Three operators that are not supported: all are named at once.
. "$CASE_DIR/../common.bash"
refused_model unknown_operators
