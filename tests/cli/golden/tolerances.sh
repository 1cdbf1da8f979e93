# SPDX-License-Identifier: Apache-2.0
# Exact, but for what a case states.
. "$CASE_DIR/golden.bash"
write_net
npusim golden record net.yaml -o case --quiet
set_hardware npu.yaml read_latency_ns 101
with() {  # TOLERANCE...: the case with these
  cp case/case.yaml kept.yaml
  printf 'tolerances:\n' >> case/case.yaml
  printf -- '  - %s\n' "$@" >> case/case.yaml
  check case
  mv kept.yaml case/case.yaml
}
check case
with '{path: "cycles.*", relative: 0.5}' '{path: "layers.*cycles", absolute: 100}'
with '{path: "configuration.*", any: true}' '{path: "cycles.*", relative: 2}' \
  '{path: "layers.*", relative: 0.5}' '{path: "energy.*", relative: 0.5}' \
  '{path: "program.hardware.timings", any: true}' '{path: program.file, any: true}' \
  '{path: hardware.config_hash, any: true}'
with '{path: cycles.total, relativ: 0.5}' '{relative: -1, path: x}' '{path: y}' 'cycles' '{any: yes, path: z}'
with '{path: cycles.total, absolute: nan}'
