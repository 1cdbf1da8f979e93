# SPDX-License-Identifier: Apache-2.0
# A fixed batch whose images a Reshape mixes.
. "$CASE_DIR/../common.bash"
refused_model mixed_batch
