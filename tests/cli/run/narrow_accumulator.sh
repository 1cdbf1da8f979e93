# SPDX-License-Identifier: Apache-2.0
# Accumulators below the guarantee: none is refused, overflows are counted alike by the machine and by
# a Program file's simulation, and the accuracy shows them.
. "$CASE_DIR/../common.bash"
write_run
measure() {
  npusim run run.yaml --quiet --json "$1.json" --set "hardware.mac_array.accumulator=${1%_*}" \
    --set "hardware.mac_array.accumulator_bits=${1#*_}"
}
measure guaranteed_32
measure saturate_22
measure saturate_16
python3 - << 'END'
import json
wide, safe, narrow = (json.load(open(name + ".json"))
                      for name in ("guaranteed_32", "saturate_22", "saturate_16"))
print(wide["quantization"]["safe_accumulator_bits"],
      max(layer.get("safe_accumulator_bits", 0) for layer in wide["layers"]))
print("guaranteed:", "accumulator_overflows" in wide["accuracy"], wide["hardware"]["accumulator"])
print("safe:", safe["accuracy"]["accumulator_overflows"],
      safe["accuracy"]["quantized_top1"] == wide["accuracy"]["quantized_top1"],
      safe["simulation"]["output_sha256"] == wide["simulation"]["output_sha256"])
accuracy = narrow["accuracy"]
print("narrow:", accuracy["quantized_top1"] < wide["accuracy"]["quantized_top1"] / 2,
      accuracy["accumulator_overflows"] == sum(accuracy["accumulator_overflows_by_layer"].values()) > 1000,
      narrow["simulation"]["bit_exact"])
print(sum(layer["accumulator_overflows"] for layer in narrow["layers"])
      == narrow["simulation"]["accumulator_overflows"] > 0)
END
npusim compile run.yaml --quiet -o net.npu --set hardware.mac_array.accumulator=saturate \
  --set hardware.mac_array.accumulator_bits=16
npusim simulate net.npu --quiet --input fractal:2:0 --json simulated.json
[ "$(value simulated.json simulation.accumulator_overflows)" = \
  "$(value saturate_16.json simulation.accumulator_overflows)" ] || echo "simulate counts otherwise"
npusim simulate net.npu --timing-only | grep -c overflow
npusim disasm net.npu | grep 'mac_array.accumulator\(_bits\)\?='
refused simulate net.npu --hardware npu_32x32.yaml
