# SPDX-License-Identifier: Apache-2.0
# Weights at an absolute path.
. "$CASE_DIR/../common.bash"
refused_model external_absolute
