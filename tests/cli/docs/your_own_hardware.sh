# SPDX-License-Identifier: Apache-2.0
# The table of keys is the program's list, every shipped machine is named, and a value that a Program was
# compiled for is refused.
source=$CASE_DIR/../../..
page=$source/docs/your-own-hardware.md
python3 "$source/scripts/hardware-document" --check
for file in "$source"/configs/*.yaml; do
  grep -q "\`$(basename "$file")\`" "$page" || echo "$(basename "$file") is not named"
done
npusim compile mlperf_tiny_keyword_spotting.yaml -o my_net.npu --quiet
npusim simulate my_net.npu --hardware npu_16x16_edge.yaml 2> refusal.txt && echo "not refused"
grep -c 'which the Program was compiled for' refusal.txt | grep -vx 0 > /dev/null || cat refusal.txt
