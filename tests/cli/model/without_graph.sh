# SPDX-License-Identifier: Apache-2.0
# A message without a graph.
. "$CASE_DIR/../common.bash"
refused_model without_graph
