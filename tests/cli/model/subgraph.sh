# SPDX-License-Identifier: Apache-2.0
# A subgraph.
. "$CASE_DIR/../common.bash"
refused_model subgraph
