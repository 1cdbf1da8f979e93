# SPDX-License-Identifier: Apache-2.0
# The page's table is what the program measures.
python3 "$CASE_DIR/../../../scripts/utilization" --check
