# SPDX-License-Identifier: Apache-2.0
# One output of the model twice.
. "$CASE_DIR/../common.bash"
refused_model output_twice
