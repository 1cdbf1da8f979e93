# SPDX-License-Identifier: Apache-2.0
# Every kind of name that is nearly right: the refusal ends with the one that was meant.
. "$CASE_DIR/../common.bash"
write_run
write_hardware_with 'mac_array:' 'mac_aray:'
hint() { # what is asked, then the command: the ends of its refusals
  echo "$1:"
  shift
  refused "$@" 2>&1 | grep -o 'did you mean.*' || echo "no hint"
}
hint "a command" rnu run.yaml
hint "one below another" sweep gathr swept
hint "one below another alone" sweep reprt
hint "a flag" run run.yaml --hardwear npu_32x32.yaml
hint "what is listed" list shemes
hint "an action" cache prunee
hint "a shell" completion fisch
hint "a page" manual sweep explian
hint "a run file" run mobilnet.yaml
hint "a hardware file" run run.yaml --hardware npu_32x23.yaml
hint "a technology" run run.yaml --technology generic_54nm
hint "a sweep file" sweep wich_scheme.yaml -o swept
hint "a file to show" show npu_32x32_depthwis.yaml
hint "a scheme" run run.yaml --scheme shift_scalar
hint "a row" compare run.yaml --schemes per_chanel
hint "a launcher" sweep which_scheme.yaml -o swept --launcher slrum
hint "a key" run run.yaml --set quantization.fieldbits=3
hint "a key of the hardware" run run.yaml --set hardware.mac_array.row=3
hint "a key without its section" run run.yaml --set field_bits=3
hint "a choice" run run.yaml --set hardware.mac_array.dataflow=weight_stationery
hint "another choice" run run.yaml --set calibration.method=minmax
hint "a key in a hardware file" run run.yaml --hardware hardware.yaml
hint "a pattern for layers" vectors run.yaml -o folder --layers clasifier
echo 'quantizaton: {scheme: per_layer}' >> run.yaml
hint "a key in a run file" run run.yaml
printf 'run: run.yaml\naxis:\n  hardware.clock_hz: [1, 2]\n' > sweep.yaml
hint "a key in a sweep file" sweep sweep.yaml -o swept
sed 's/^sram_access:/sram_acess:/' "$CASE_DIR/../../../configs/technology/generic_45nm.yaml" > mine.yaml
write_run
hint "a key in a technology file" run run.yaml --technology ./mine.yaml
printf 'model:\n  input: {height: 8, width: 8, channels: 4}\n  layers:\n' > net.yaml
printf '    - conv: {name: first, chanels: 4, kernel: 3}\n    - ad: {with: frist}\n' >> net.yaml
printf '    - add: {with: frist}\n' >> net.yaml
printf 'quantization: {scheme: per_layer}\nhardware: npu_32x32.yaml\n' >> net.yaml
hint "a parameter, a kind and a layer in a topology" run net.yaml
