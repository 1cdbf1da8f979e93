# SPDX-License-Identifier: Apache-2.0
# An output of the model that nothing makes.
. "$CASE_DIR/../common.bash"
refused_model missing_output
