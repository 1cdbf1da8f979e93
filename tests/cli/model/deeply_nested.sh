# SPDX-License-Identifier: Apache-2.0
# Subgraphs in subgraphs, 200 deep.
. "$CASE_DIR/../common.bash"
refused_model deeply_nested
