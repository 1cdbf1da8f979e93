# SPDX-License-Identifier: Apache-2.0
# A model of integer images.
. "$CASE_DIR/../common.bash"
refused_model integer_input
