# SPDX-License-Identifier: Apache-2.0
# The page's table of the embedded network is what the program says, as far as that does not depend on the
# pictures.
python3 "$CASE_DIR/../../../scripts/quantization-tables" --check
