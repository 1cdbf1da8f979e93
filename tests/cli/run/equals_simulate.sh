# SPDX-License-Identifier: Apache-2.0
# compile and simulate give the tensor and the cycles of run.
. "$CASE_DIR/../common.bash"
write_run
npusim run run.yaml --quiet --json run.json
npusim compile run.yaml -o net.npu --quiet
npusim simulate net.npu --input fractal:2:0 --output out.npy --json simulate.json --quiet
npusim simulate net.npu --timing-only --json timing.json --quiet
# What a Program does not say: how narrow an accumulator could have been.
python3 - <<'END'
import json
report = json.load(open('run.json'))
# A stream of one image cannot say what one more costs either.
print(report['cycles'].pop('steady_state_total') < report['cycles']['total'],
      report['cycles'].pop('steady_state_utilization') > report['cycles']['utilization'])
for section in [report['quantization'], *report['layers']]:
    section.pop('safe_accumulator_bits', None)
json.dump(report, open('run.json', 'w'))
END
for key in cycles layers memory hardware quantization; do
  for other in simulate timing; do
    [ "$(value run.json $key)" = "$(value $other.json $key)" ] || echo "$key differs in $other.json"
  done
done
[ "$(value run.json simulation.output_sha256.0)" = "$(value simulate.json simulation.output_sha256.0)" ] ||
  echo "values differ"
hash=$(tail -c 40 out.npy | sha256sum | cut -d ' ' -f 1)
[ "\"$hash\"" = "$(value run.json simulation.output_sha256.0)" ] || echo "out.npy holds something else"
npusim compile run.yaml -o again.npu --quiet -j 1
cmp net.npu again.npu
