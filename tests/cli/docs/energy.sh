# SPDX-License-Identifier: Apache-2.0
# The page's tables are what the program says.
python3 "$CASE_DIR/../../../scripts/energy-table" --check
