# SPDX-License-Identifier: Apache-2.0
# Weights in a file that does not exist.
. "$CASE_DIR/../common.bash"
refused_model external_missing
