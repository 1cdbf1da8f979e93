# SPDX-License-Identifier: Apache-2.0
# Programs and reports are the same for one thread and for more threads than there are images.
. "$CASE_DIR/../common.bash"
write_run_with 'images: 40' 'images: 5'
for threads in 1 8; do
  npusim compile run.yaml --set calibration.method=kl -j $threads -o $threads.npu --quiet
  npusim run run.yaml --set quantization.rule=octave -j $threads --quiet --json run_$threads.json
  npusim analyze run.yaml --sample 3 -j $threads --quiet --json analyze_$threads.json
  npusim compare run.yaml --schemes per_layer,shift_scaler:3 -j $threads --quiet --json compare_$threads.json
done
cmp 1.npu 8.npu && echo same Program
python3 - <<'END'
import json
for command in ('run', 'analyze', 'compare'):
    one, eight = (json.load(open(f'{command}_{threads}.json')) for threads in (1, 8))
    print(command, one.pop('host')['threads'], eight.pop('host')['threads'], one == eight)
END
