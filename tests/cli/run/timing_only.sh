# SPDX-License-Identifier: Apache-2.0
# simulation.timing_only: the cycles of a whole run, no values, no dataset needed; what compares
# values refuses it.
. "$CASE_DIR/../common.bash"
write_run
npusim run run.yaml --json whole.json --quiet
sed -i 's/^dataset: .*/dataset: {kind: image_folder, path: null}/' run.yaml
npusim run run.yaml --set simulation.timing_only=true --json timing.json |
  sed -n '/^Accuracy/,/^Simulation/p; /timing only/p'
python3 - <<'PY'
import json
whole, timing = (json.load(open(name + ".json")) for name in ("whole", "timing"))
print("steady state:", "steady_state_total" in whole["cycles"], "steady_state_total" in timing["cycles"])
for record in whole, timing:
    for key in "steady_state_total", "steady_state_utilization":
        record["cycles"].pop(key, None)
print("the same:", *(key for key in sorted(timing) if timing[key] == whole.get(key)))
print(timing["accuracy_not_measured"], timing["simulation"], timing["workload"])
PY
npusim run run.yaml --set simulation.timing_only=true --set simulation.steady_state=true --json steady.json --quiet
value steady.json cycles.steady_state_total
refused compare run.yaml --set simulation.timing_only=true
refused analyze run.yaml --set simulation.timing_only=true
refused run run.yaml --set simulation.timing_only=1 --set simulation.steadystate=true
