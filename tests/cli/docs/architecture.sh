# SPDX-License-Identifier: Apache-2.0
# The picture of the folders is that of CONTRIBUTING.md's table.
python3 "$CASE_DIR/../../../scripts/architecture-picture" --check
