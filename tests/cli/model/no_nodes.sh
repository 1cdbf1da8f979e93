# SPDX-License-Identifier: Apache-2.0
# A model without nodes.
. "$CASE_DIR/../common.bash"
refused_model no_nodes
