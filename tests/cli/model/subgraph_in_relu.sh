# SPDX-License-Identifier: Apache-2.0
# A subgraph where there is none in the standard.
. "$CASE_DIR/../common.bash"
refused_model subgraph_in_relu
