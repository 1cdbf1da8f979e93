# SPDX-License-Identifier: Apache-2.0
# Every command, also below others, has a summary, examples and descriptions in 80 columns.
python3 "$CASE_DIR/help_tree.py"
