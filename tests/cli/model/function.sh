# SPDX-License-Identifier: Apache-2.0
# An operator that the model defines itself.
. "$CASE_DIR/../common.bash"
refused_model function
