# SPDX-License-Identifier: Apache-2.0
# Traces keep their format's rules and add up to the report: of a run, of a Program with and without
# values, of several images, on a DRAM with banks and on an output stationary array. What is traced is
# the same whoever simulates it, and tracing changes nothing.
. "$CASE_DIR/../common.bash"
check() { python3 "$CASE_DIR/check_trace.py" "$@" 2> /dev/null; }
write_run
sed -i 's/images: 1}/images: 2}/' run.yaml
npusim run run.yaml --quiet --json plain.json
npusim run run.yaml --quiet --json run.json --trace run.trace.json.gz
check run.trace.json.gz run.json
npusim compile run.yaml -o net.npu --quiet
npusim simulate net.npu --json simulate.json --trace simulate.trace.json.gz > simulate.txt
check simulate.trace.json.gz simulate.json simulate.txt
npusim simulate net.npu --quiet --timing-only --trace timing.trace.json
check timing.trace.json simulate.json
cmp run.trace.json.gz simulate.trace.json.gz && gzip -dc run.trace.json.gz | cmp - timing.trace.json && echo same trace
python3 - <<'END'
import json
plain, run = (json.load(open(name)) for name in ('plain.json', 'run.json'))
print('same report', plain.pop('host')['versions'] == run.pop('host')['versions'] and plain == run)
END
npusim compile run.yaml -o three.npu --quiet --consecutive-images 3
npusim simulate three.npu --quiet --timing-only --json three.json --trace three.trace.json.gz
check three.trace.json.gz three.json
npusim run run.yaml --quiet --json banks.json --trace banks.trace.json.gz --hardware npu_64x64.yaml \
  --set hardware.dram.part=ddr4_2400 --set hardware.command_processor.fetch_bytes=256
check banks.trace.json.gz banks.json
npusim run run.yaml --quiet --json os.json --trace os.trace.json.gz \
  --set hardware.mac_array.dataflow=output_stationary
check os.trace.json.gz os.json
