# SPDX-License-Identifier: Apache-2.0
# Layers and units add up to the totals to the last picojoule; without values, and of a Program file, the
# energy is the same.
. "$CASE_DIR/../common.bash"
write_program
npusim run run.yaml --quiet --json run.json
npusim run run.yaml --quiet --json timing.json --set simulation.timing_only=true
npusim simulate net.npu --quiet --json simulate.json --timing-only
python3 - <<'END'
import json
reports = {name: json.load(open(f"{name}.json")) for name in ("run", "timing", "simulate")}
for name, report in reports.items():
    energy, area, layers = report["energy"], report["area"], report["layers"]
    units = energy["by_unit"]
    total = energy["total_picojoules"]
    assert total > 0 and energy["dynamic_picojoules"] + energy["static_picojoules"] == total, name
    assert sum(sum(unit.values()) for unit in units.values()) == total, name
    assert sum(layer["energy_picojoules"] for layer in layers) == total, name
    for layer in layers:
        assert sum(layer["energy_by_unit_picojoules"].values()) == layer["energy_picojoules"], layer["name"]
    for unit, parts in units.items():
        assert sum(layer["energy_by_unit_picojoules"][unit] for layer in layers) == sum(parts.values()), unit
    assert sum(area["by_unit_square_micrometres"].values()) == area["total_square_micrometres"], name
    assert (energy, area) == (reports["run"]["energy"], reports["run"]["area"]), name
END
