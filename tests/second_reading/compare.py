# SPDX-License-Identifier: Apache-2.0
"""Sets the second reading against what a case folder says that the program computed."""
import collections

import numpy

from reading import Network


class Difference(Exception):
    """Case, run, layer, what, index and both values."""


class Coverage(collections.Counter):
    """How many cases had what."""

    def note(self, nodes, network):
        settings = network.settings
        seen = {"scheme " + scheme_name(settings), f"multiplier {settings['multiplier_bits']}",
                f"placement {settings['placement']}", f"accumulator {settings['accumulator']}",
                "bias correction " + ("on" if settings["bias_correction"] else "off")}
        if settings["overrides"]:
            seen.add("options by layer")
        for index, node in enumerate(nodes):
            seen.update(self.of_node(node, network.parameters[index],
                                     network.layer_settings(index)))
        self.update(seen)
        self["runs"] += 1

    @staticmethod
    def of_node(node, made, settings):
        kind = node.get("conv_kind", node["kind"])
        if node["kind"] == "input":
            return
        low, high = node["activation"]
        yield kind
        yield kind + " " + {(None, None): "without activation", (0, None): "relu",
                            (0, 6): "relu6"}.get((low, high), "clip")
        if kind == "pool":
            yield f"{node['pool']} pool"
            if node["count_include_pad"]:
                yield "average pool, padding counted"
        if kind == "lookup":
            yield "lookup " + node["function"]
        if node["kind"] == "conv":
            yield f"weights of {settings['weight_bits']} bits"
            if any(node["window"][pad] for pad in node["window"] if pad.startswith("pad")):
                yield "conv with padding"
            if node["groups"] > 1 and kind == "conv":
                yield "conv with groups"
            if len(set(made["highs"].tolist())) > 1:
                yield "clamps that differ between channels"
            if "layer" in made and made["layer"].dead:
                yield "dead channels"
            if "layer" in made and made["layer"].lowered:
                yield "channels made coarser by rule 7 or 8"
        yield f"activations of {made['bits']} bits"


def scheme_name(settings):
    if settings["scheme"] == "per_layer" and not settings["symmetric"]:
        return "per_layer asymmetric"
    if settings["scheme"] != "shift_scaler":
        return settings["scheme"]
    return f"shift_scaler {settings['field_bits']} bits {settings['rule']}"


class Comparison:
    """All runs of one case."""

    def __init__(self, case, rules, coverage=None):
        self.case, self.rules, self.coverage = case, rules, coverage
        self.where = case["name"]

    def run(self):
        solved = {}
        nodes = self.case["nodes"]
        for run in self.case["runs"]:
            settings = run["settings"]
            self.where = f"{self.case['name']}, {scheme_name(settings)}, {settings}"
            network = Network(self.rules, nodes, self.case["calibration"], settings, solved)
            if self.coverage is not None:
                self.coverage.note(nodes, network)
            if network.refused or "refused" in run:
                self.refusals(network.refused, run.get("refused"))
            else:
                self.one_run(network, nodes, run)

    def refusals(self, refused, said):
        """Both refuse, for the same layers and widths."""
        if self.coverage is not None:
            self.coverage["refused"] += 1
        if not refused:
            raise Difference(f"{self.where}: refused, though the rules admit it: {said}")
        if said is None:
            raise Difference(f"{self.where}: not refused, but {refused[0]}")
        for refusal in refused:
            if not refusal.is_said_in(said):
                raise Difference(f"{self.where}: {refusal}, not: {said}")

    def one_run(self, network, nodes, run):
        for node, made, dumped in zip(nodes, network.parameters, run["nodes"]):
            for what, (mine, theirs) in parameters(node, made, dumped).items():
                self.equal(node["name"], what, mine, theirs)
        made = network.parameters[0]
        if "input_values" in self.case:
            codes = self.rules.input_codes(self.case["input_values"], made["scale"],
                                           made["zero_point"], made["bits"])
            self.equal("input", "code", codes, run["nodes"][0]["tensor"])
        codes = run["nodes"][0]["tensor"].astype(numpy.int64)

        def settle_table(index, table):
            return self.settled(nodes[index]["name"], table, run["nodes"][index]["table"])

        for index, tensor, overflows in network.run(codes, settle_table):
            name, dumped = nodes[index]["name"], run["nodes"][index]
            self.equal(name, "output", tensor, dumped["tensor"])
            self.equal(name, "overflows", overflows, dumped["overflows"])
            if overflows and self.coverage is not None:
                self.coverage[f"layers that overflow, {network.settings['accumulator']}"] += 1
            for divisor in network.parameters[index].get("divisors", {}):
                pair = network.parameters[index]["divisors"][divisor]
                self.equal(name, f"scale of divisor {divisor}", pair,
                           dumped["divisors"].get(str(divisor), []))

    def settled(self, name, table, dumped):
        """Entries in doubt taken as the program has them, where that is one of the two."""
        for entry, (codes, code) in enumerate(zip(table, dumped.tolist())):
            if code not in codes:
                raise Difference(f"{self.where}, layer {name}, table[{entry}]: the rules say "
                                 f"{sorted(codes)}, the program {code}")
            if len(codes) > 1 and self.coverage is not None:
                self.coverage["table entries in doubt"] += 1
        return dumped.astype(numpy.int64)

    def equal(self, layer, what, mine, theirs):
        mine, theirs = numpy.asarray(mine).ravel(), numpy.asarray(theirs).ravel()
        if mine.shape != theirs.shape:
            raise Difference(f"{self.where}, layer {layer}, {what}: the rules say {len(mine)} "
                             f"values, the program {len(theirs)}")
        wrong = numpy.flatnonzero(mine != theirs)
        if len(wrong):
            i = int(wrong[0])
            raise Difference(f"{self.where}, layer {layer}, {what}[{i}]: the rules say {mine[i]}, "
                             f"the program {theirs[i]} ({len(wrong)} of {len(mine)} differ)")


def parameters(node, made, dumped):
    """{what: (by the rules, by the program)} of one node, tensors excepted."""
    pairs = {"scale": (made["scale"], dumped["scale"]),
             "zero point": (made["zero_point"], dumped["zero_point"]),
             "clamps": ((made["low"], made["high"]), dumped["clamps"])}
    if "channel_activations" in node:
        pairs["clamps of channels"] = (list(zip(made["lows"], made["highs"])),
                                       dumped.get("channel_clamps",
                                                  [dumped["clamps"]] * len(made["lows"])))
    if node["kind"] == "conv":
        layer = made["layer"]
        pairs["channel shift"] = (layer.shifts, dumped["channel_shifts"]
                                  if len(dumped["channel_shifts"]) else 0 * layer.shifts)
        pairs["weight zero point"] = (layer.zero_point, dumped["weight_zero_point"])
        pairs["weight scale"] = (layer.scales, dumped["weight_scales"])
        pairs["weight code"] = (layer.codes, dumped["weights"])
        pairs["bias"] = (layer.bias, dumped["bias"])
        pairs["multiplier"] = (layer.multipliers, dumped["multipliers"])
        pairs["shift"] = (layer.multiplier_shifts, dumped["shifts"])
        pairs["safe accumulator bits"] = (layer.safe_bits, dumped["safe_accumulator_bits"])
    if "add" in made:
        pairs["multipliers and shift"] = (made["add"], dumped["add"])
    if "fixed_points" in made:
        pairs["multiplier"] = ([m for m, _ in made["fixed_points"]], dumped["multipliers"])
        pairs["shift"] = ([s for _, s in made["fixed_points"]], dumped["shifts"])
    return pairs
