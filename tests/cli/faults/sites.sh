# SPDX-License-Identifier: Apache-2.0
# Named bits of every kind, by layer and then by the instruction that the report gives for them: the
# same outputs.
. "$CASE_DIR/../common.bash"
write_run
python3 - <<'END'
base = open("run.yaml").read()
sites = ["kind: weights, layer: LAYER, element: 5, bit: 6",
         "kind: shift_fields, layer: LAYER, element: 3, bit: 2",
         "kind: parameters, field: bias, layer: LAYER, element: 3, bit: 12",
         "kind: parameters, field: multiplier, layer: LAYER, element: 0, bit: 29",
         "kind: parameters, field: zero_point, layer: LAYER, element: 0, bit: 3",
         "kind: accumulators, layer: LAYER, element: 100, bit: 14",
         "kind: activations, layer: LAYER, element: 7, bit: 6"]
import json, subprocess
name = "pointwise_1"


def run(lines, file):
    text = base + "faults:\n  images: 10\n  sites:\n" + "".join(f"    - {{{line}}}\n" for line in lines)
    open("faulty.yaml", "w").write(text.replace("LAYER", name))
    done = subprocess.run(["npusim", "run", "faulty.yaml", "--quiet", "--set",
                           "simulation.steady_state=false", "--json", file], capture_output=True, text=True)
    print("exit", done.returncode)
    return json.load(open(file)), done.stdout


by_layer, text = run(sites, "layer.json")
rows = by_layer["faults"]["sites"]
print(by_layer["simulation"]["bit_exact"], len(rows), "rows")
again = []
for row in rows:
    field = f"field: {row['field']}, " if "field" in row else ""
    again.append(f"kind: {row['kind']}, {field}instruction: {row['instruction']}, "
                 f"element: {row['instruction_element']}, bit: {row['bit']}")
by_instruction, _ = run(again, "instruction.json")
print("same sites:", by_instruction["faults"] == by_layer["faults"])
print("same outputs:", by_instruction["simulation"]["output_sha256"] == by_layer["simulation"]["output_sha256"])
print("lines over 80 columns:", sum(len(line) > 80 for line in text.splitlines()))
END
