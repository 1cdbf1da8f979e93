# SPDX-License-Identifier: Apache-2.0
# What there is not to flip.
. "$CASE_DIR/../common.bash"
write_run
refused run run.yaml --set faults.rate=1.5 --set 'faults.kinds=[weight, weights, weights]' --set faults.trials=1
refused run run.yaml --set 'faults.rate=[1e-3, 1e-3, -1, x]' --set faults.rates=1 --set faults.images=0
refused run run.yaml --set faults.kinds=[weights]
refused run run.yaml --set faults.rate=1e-3 --set simulation.timing_only=true
refused run run.yaml --set faults.rate=1e-3 --set 'faults.layers=["nothing_like_it", "*"]'
write_run
cat >> run.yaml <<'END'
faults:
  rate: 1e-3
  sites:
    - {kind: weights, element: 1, bit: 7}
    - {kind: weights, layer: a, instruction: 4, element: 1, bit: 7}
    - {kind: weights, field: bias, layer: a, element: -1, bit: 77}
    - {kind: parameters, layer: a, element: 1, bit: 7}
END
refused run run.yaml
write_run
cat >> run.yaml <<'END'
faults:
  sites:
    - {kind: weights, layer: no_such_layer, element: 1, bit: 7}
    - {kind: weights, instruction: 99999999, element: 1, bit: 7}
    - {kind: accumulators, instruction: 0, element: 1, bit: 7}
END
refused run run.yaml
