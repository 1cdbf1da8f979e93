# SPDX-License-Identifier: Apache-2.0
# Parts, other masters, and what is wrong with them; keys that are not in force change nothing.
. "$CASE_DIR/../common.bash"
npusim show npu_32x32.yaml --set dram.part=lpddr4_3200 | sed -n '/^dram:/,/^$/p'
npusim show npu_32x32.yaml --set dram.part=hbm2 | grep DRAM
refused show npu_32x32.yaml --set dram.part=lpddr3
refused show npu_32x32.yaml --set dram.part=lpddr4_3200 --set dram.timing.rtp_ns=7.5001 --set dram.timing.bank=8 \
  --set dram.timing.address_mapping=row_column --set dram.other_masters.share_percent=91 --set dram.read_latency_ns=-1
refused show npu_32x32.yaml --set dram.part=ddr4_2400 --set dram.timing.interleave_bytes=32 \
  --set dram.timing.ccd_cycles=2 --set dram.timing.ras_ns=13
refused show npu_32x32.yaml --set dram.model=banks
refused show npu_32x32.yaml --set dram.model=rows

# A part beside the hardware file, and one relative to it.
mkdir -p machines/dram
cp "$CASE_DIR/../../../configs/dram/ddr4_2400.yaml" machines/dram/mine.yaml
echo 'lookahead: 2' > machines/few.yaml
sed 's/^dram:.*/dram:\n  part: mine/' "$CASE_DIR/../../../configs/npu_32x32.yaml" > machines/npu.yaml
npusim show machines/npu.yaml | grep -E 'model|row_bytes'
refused show machines/npu.yaml --set dram.part=./few.yaml

# In a run: what the DRAM did, and the same values.
write_program
npusim simulate net.npu --quiet --json flat.json
npusim simulate net.npu --quiet --json banks.json --hardware machines/npu.yaml
[ "$(value flat.json simulation)" = "$(value banks.json simulation)" ] || echo "must give the same values"
npusim show machines/npu.yaml --set dram.other_masters.share_percent=10 > shared.yaml
npusim simulate net.npu --timing-only --json shared.json --hardware shared.yaml | sed -n '/^DRAM/,/^$/{/^$/!p}' | sed 's/  *[0-9,]*[0-9].*//'
for file in flat banks shared; do
  python3 - $file.json <<'END'
import json, sys
dram = json.load(open(sys.argv[1])).get("dram")
print(sys.argv[1], sorted(dram) if dram else dram)
if dram:
    print(dram["model"], dram["row_hits"] > 0, dram["refreshes"] > 0, dram["other_masters_requests"] > 0)
END
done
