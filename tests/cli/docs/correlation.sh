# SPDX-License-Identifier: Apache-2.0
# The page and its picture are what the program says today, and every outlier is explained.
if [ ! -e "${NPUSIM_ASSETS-}/reference/nvdla_resnet50_per_layer.csv" ]; then
  echo "NPUSIM_ASSETS names no folder with reference/nvdla_resnet50_per_layer.csv" >&2
  exit 77
fi
python3 "$CASE_DIR/../../../scripts/correlation" --check
