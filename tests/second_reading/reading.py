# SPDX-License-Identifier: Apache-2.0
"""A whole network: the float graph, its calibration and settings become every integer of every
layer. What each node gets is a dict of named values that `compare` sets against the dump's."""
import fnmatch

import numpy

import functions
import layers
from quantizing import LayerInput, LayerQuantizer
from rules import Refused


class Network:
    """One graph, one calibration, one set of settings."""

    def __init__(self, rules, nodes, calibration, settings, solved=None):
        self.rules, self.nodes, self.calibration, self.settings = rules, nodes, calibration, settings
        self.solved = {} if solved is None else solved
        self.parameters = []
        refused = []
        for index, node in enumerate(nodes):
            made = self.quantization(index, node)
            try:
                made.update(getattr(self, "quantize_" + node["kind"])(index, node, made))
            except Refused as refusal:
                refused.append(refusal)
            self.parameters.append(made)
        self.refused = refused

    def layer_settings(self, index):
        """The settings with those of `overrides` that match: later ones win key by key."""
        settings = {key: value for key, value in self.settings.items() if key != "overrides"}
        for override in self.settings["overrides"]:
            if fnmatch.fnmatchcase(self.nodes[index]["name"], override["match"]):
                settings.update({k: v for k, v in override.items() if k != "match"})
        return settings

    def source(self, node, which=0):
        return self.parameters[node["inputs"][which]]

    def quantization(self, index, node):
        """Scale, zero point and clamps of the node's output."""
        bits = self.layer_settings(index)["activation_bits"]
        if node["kind"] == "pool" and node["pool"] == "max":
            source = self.source(node)
            scale, zero_point = source["scale"], source["zero_point"]
            bits = source["bits"]
        else:
            ranges = self.calibration[index]
            scale, zero_point = self.rules.activation(ranges["low"], ranges["high"], bits)
        low, high = self.rules.clamps(node["activation"], scale, zero_point, bits)
        if node["kind"] == "pool" and node["pool"] == "max":
            low, high = (max(low, min(high, source[end])) for end in ("low", "high"))
        lows, highs = numpy.full(node["shape"][2], low), numpy.full(node["shape"][2], high)
        if node.get("channel_activations"):
            both = [self.rules.clamps(limits, scale, zero_point, bits)
                    for limits in node["channel_activations"]]
            lows, highs = numpy.array(both, dtype=numpy.int64).T
        return {"scale": scale, "zero_point": zero_point, "low": low, "high": high, "lows": lows,
                "highs": highs, "bits": bits}

    # --- parameters, one method per kind
    def quantize_input(self, index, node, made):
        return {}

    def quantize_conv(self, index, node, made):
        source = self.source(node)
        seen = LayerInput(source["scale"], source["zero_point"], source["lows"],
                          source["highs"], self.calibration[node["inputs"][0]]["channel_mean"])
        settings = self.layer_settings(index)
        key = (index, made["scale"], seen.scale, seen.zero_point) + tuple(sorted(
            (name, value) for name, value in settings.items() if name != "placement"))
        if key not in self.solved:
            self.solved[key] = LayerQuantizer(self.rules, node, seen, made["scale"],
                                              settings).solve()
        return {"layer": self.solved[key]}

    def quantize_pool(self, index, node, made):
        return {}

    def quantize_add(self, index, node, made):
        a, b = self.source(node)["scale"], self.source(node, 1)["scale"]
        return {"add": self.rules.add_scale(a / made["scale"], b / made["scale"])}

    def quantize_mul(self, index, node, made):
        a, b = self.source(node)["scale"], self.source(node, 1)["scale"]
        return {"fixed_points": [self.fixed_point(a * b / made["scale"])]}

    def quantize_concat(self, index, node, made):
        return {"fixed_points": [self.rules.rescale(self.parameters[i]["scale"] / made["scale"])
                                 for i in node["inputs"]]}

    def quantize_lookup(self, index, node, made):
        source = self.source(node)
        table = []
        for code in range(-128, 128):
            x = source["scale"] * (code - source["zero_point"])
            steps = functions.steps(self.rules, node["function"], x, node["alpha"], node["beta"],
                                    made["scale"])
            table.append({max(made["low"], min(made["high"], made["zero_point"] + step))
                          for step in steps})
        return {"table": table}

    def fixed_point(self, real):
        return self.rules.fixed_point(real, self.settings["multiplier_bits"])

    # --- tensors
    def run(self, codes, settle_table):
        """Yields (index, tensor, overflows) in order. `settle_table(index, table)` turns entries in
        doubt into one code each."""
        tensors = []
        for index, node in enumerate(self.nodes):
            made, overflows = self.parameters[index], 0
            inputs = [tensors[i] for i in node["inputs"]]
            zeros = [self.parameters[i]["zero_point"] for i in node["inputs"]]
            output = (made["zero_point"], made["low"], made["high"])
            if node["kind"] == "input":
                tensor = codes.reshape(node["shape"])
            elif node["kind"] == "conv":
                output = (made["zero_point"], made["lows"], made["highs"])
                tensor, overflows = layers.conv(self.rules, node, made["layer"], inputs[0],
                                                self.layer_settings(index), zeros[0], output)
            elif node["kind"] == "lookup":
                table = settle_table(index, made["table"])
                tensor = table[inputs[0] + 128]
            else:
                tensor = self.run_vector(node, made, inputs, zeros, output)
            tensors.append(tensor.astype(numpy.int64))
            yield index, tensors[-1], overflows

    def run_vector(self, node, made, inputs, zeros, output):
        if node["kind"] == "add":
            return layers.add(self.rules, inputs[0], inputs[1], zeros, made["add"], output)
        if node["kind"] == "mul":
            return layers.mul(self.rules, inputs[0], inputs[1], zeros, made["fixed_points"][0],
                              output)
        if node["kind"] == "concat":
            return layers.concat(self.rules, inputs, zeros, made["fixed_points"], output)
        assert node["kind"] == "pool"
        if node["pool"] == "max":
            return layers.max_pool(node, inputs[0], output)
        scale = self.source(node)["scale"]
        tensor, made["divisors"] = layers.average_pool(
            self.rules, node, inputs[0], zeros[0],
            lambda divisor: scale / (made["scale"] * divisor), self.settings["multiplier_bits"],
            output)
        return tensor
