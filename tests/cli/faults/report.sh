# SPDX-License-Identifier: Apache-2.0
# Accuracy under drawn faults: the same for any number of threads, and the machine under the same
# flips is bit exact.
. "$CASE_DIR/../common.bash"
write_run
flags=(run.yaml --set 'faults.rate=[0,1e-4]' --set faults.trials=3 --set faults.images=20
  --set faults.single_flips=1 --set simulation.steady_state=false)
npusim run "${flags[@]}" -j 1 --json one.json > one.txt 2> progress.txt || echo "exit code $?"
npusim run "${flags[@]}" -j 3 --json three.json > three.txt 2> progress.txt || echo "exit code $?"
python3 - <<'END'
import json
one, three = (json.load(open(name)) for name in ("one.json", "three.json"))
for report in (one, three):
    del report["host"]
print("same for any threads:", one == three)
print("bit exact:", one["simulation"]["bit_exact"])
faults = one["faults"]
print("images:", faults["images"], "kinds:", sorted(faults["per_flip"]))
kinds = {}
for row in faults["rates"]:
    kinds.setdefault(row["kind"], {})[row["rate"]] = row
    assert row["ci95_low"] <= row["quantized_top1"] <= row["ci95_high"], row
for kind, rows in kinds.items():
    untouched, hit = rows[0.0], rows[1e-4]
    assert untouched["flips_mean"] == 0 and untouched["agreement_top1"] == 1, untouched
    assert untouched["quantized_top1"] == faults["fault_free_top1"], untouched
    print(kind, "flips:", hit["flips_mean"] > 0)
losses = [row["top1_loss_per_flip"] for row in faults["layers"]]
print("worst first:", losses == sorted(losses, reverse=True), "layers and kinds:", len(losses))
assert all(row["bits"] > 0 and row["flips"] == 1 for row in faults["layers"])
print("lines over 80 columns:", sum(len(line) > 80 for line in open("one.txt").read().splitlines()))
print("section:", "Faults over 20 images" in open("one.txt").read())
END
