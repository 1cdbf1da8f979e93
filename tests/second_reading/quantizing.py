# SPDX-License-Identifier: Apache-2.0
"""Rules 2 to 8 together: the float weights of a layer become its integers. Written from
docs/arithmetic.md alone, see rules.py."""
import dataclasses

import numpy

from rules import Refused, bits_for


@dataclasses.dataclass
class LayerInput:
    """What a layer reads: quantization, and of each channel the clamps and the mean in the float
    network."""
    scale: float
    zero_point: int
    lows: numpy.ndarray
    highs: numpy.ndarray
    means: numpy.ndarray


@dataclasses.dataclass
class Layer:
    """The integers of a convolution; `scales` has one s_w, or one per channel."""
    codes: numpy.ndarray          # [channels, k]
    zero_point: int               # z_w
    bias: list
    shifts: numpy.ndarray         # s_c
    scales: numpy.ndarray
    multipliers: list             # one, or one per channel
    multiplier_shifts: list
    safe_bits: int
    lowered: int                  # channels whose s_c was lowered, or whose s_w,c was doubled
    dead: int


def matrix_of(node):
    """Weights [channels, k] and the input channel of each product [channels, k]."""
    window, groups = node["window"], node["groups"]
    per_group = node["in_channels"] // groups
    weights = node["weights"].astype(numpy.float64).reshape(node["out_channels"], -1)
    taps = weights.shape[1] // per_group
    assert taps == window["kernel_h"] * window["kernel_w"]
    group = numpy.arange(node["out_channels"]) // (node["out_channels"] // groups)
    channel = numpy.tile(numpy.arange(per_group), taps)
    return weights, group[:, None] * per_group + channel[None, :]


class LayerQuantizer:
    """One layer under one set of settings."""

    def __init__(self, rules, node, source, output_scale, settings):
        self.rules, self.node, self.source = rules, node, source
        self.output_scale, self.settings = output_scale, settings
        self.most = 2**(settings["weight_bits"] - 1) - 1
        self.weights, channels = matrix_of(node)
        self.zero_point = 0
        # A fully connected layer reads a flattened map: its channel is the map's, innermost.
        channels %= len(source.means)
        self.means = source.means[channels]
        self.bias = node["bias"].astype(numpy.float64)
        window = node["window"]
        padded = any(window[side] for side in ("pad_top", "pad_left", "pad_bottom", "pad_right"))
        zero = rules.padding(source.zero_point)
        self.low, self.high = source.lows[channels], source.highs[channels]
        if padded:
            self.low, self.high = numpy.minimum(self.low, zero), numpy.maximum(self.high, zero)

    def starting_point(self):
        """(shifts, s_w per channel) by rules 2 to 4, before rules 7 and 8 had their say."""
        scheme, weights = self.settings["scheme"], self.weights
        channels = len(weights)
        greatest = numpy.abs(weights).max(axis=1, initial=0.0)
        limit = float(greatest.max(initial=0.0))
        shifts = numpy.zeros(channels, dtype=numpy.int64)
        if self.asymmetric():
            scale, self.zero_point = self.rules.weight_zero_point(weights,
                                                                  self.settings["weight_bits"])
            return shifts, numpy.full(channels, scale)
        if limit == 0:
            return shifts, numpy.ones(channels)
        if scheme == "per_channel":
            return shifts, numpy.maximum(greatest, limit * 2.0**-23) / self.most
        if scheme == "shift_scaler":
            max_shift = 2**self.settings["field_bits"] - 1
            if self.settings["rule"] == "octave":
                limit = self.rules.octave_limit(weights, limit, self.most, max_shift)
            shifts = self.rules.shifts_for(weights, limit, limit / self.most, self.most, max_shift)
        return shifts, numpy.full(channels, limit / self.most)

    def asymmetric(self):
        return self.settings["scheme"] == "per_layer" and not self.settings["symmetric"]

    def codes(self, weights, shifts, scales):
        if self.asymmetric():
            return self.rules.asymmetric_codes(weights, scales[0], self.zero_point,
                                               self.settings["weight_bits"])
        return self.rules.codes(weights, shifts, scales, self.most)

    def integers(self, channels, shifts, scales):
        """Rules 4 to 7 for some channels: codes, biases and the bits of their accumulators."""
        rules, weights, source = self.rules, self.weights[channels], self.source
        codes = self.codes(weights, shifts, scales)
        factors = codes - self.zero_point
        bias = self.bias[channels]
        if self.settings["bias_correction"]:
            bias = rules.corrected_bias(bias, weights, factors, shifts, scales,
                                        self.means[channels])
        reals = bias
        bias = rules.bias_codes(reals, shifts, source.scale, scales, source.zero_point, factors)
        low, high = self.low[channels], self.high[channels]
        bounds = rules.prefix_bounds(bias, factors, low, high)
        bits = [bits_for(*bound) for bound in bounds]
        if self.zero_point:
            raw = rules.bias_codes(reals, shifts, source.scale, scales, source.zero_point, codes)
            bounds = rules.prefix_bounds(raw, codes, low, high)
            bits = [max(b, bits_for(*bound)) for b, bound in zip(bits, bounds)]
        bias = [rules.stored_bias(b, self.settings["accumulator"]) for b in bias]
        return codes, bias, bits

    def fixed_point(self, scale):
        return self.rules.fixed_point(self.source.scale * scale / self.output_scale,
                                      self.settings["multiplier_bits"])

    def fits(self, shift, scale, bits):
        """Rules 7 and 8."""
        total = self.fixed_point(scale)[1] + shift
        if total < 1:
            raise Refused(self.node["name"], 0, True)
        guaranteed = self.settings["accumulator"] == "guaranteed"
        return total <= 62 and (not guaranteed or bits <= self.settings["accumulator_bits"])

    def solve_channel(self, channel, shift, scale, codes, bias, bits):
        """Lowers the shift, or doubles the scale, until the hardware can do the channel."""
        while True:
            if self.fits(shift, scale, bits):
                return shift, scale, codes, bias, bits
            elif self.settings["scheme"] == "per_channel":
                scale *= 2
            elif shift:
                shift -= 1
            else:
                too_wide = bits > self.settings["accumulator_bits"]
                raise Refused(self.node["name"], bits if too_wide else 0,
                              self.fixed_point(scale)[1] > 62)
            (codes,), (bias,), (bits,) = self.integers([channel], numpy.array([shift]),
                                                       numpy.array([scale]))

    def solve(self):
        shifts, scales = self.starting_point()
        solved, refused = [], []
        start = self.integers(slice(None), shifts, scales)
        for channel, first in enumerate(zip(shifts.tolist(), scales.tolist(), *start)):
            try:
                solved.append(self.solve_channel(channel, *first))
            except Refused as refusal:
                refused.append(refusal)
        if refused:
            raise max(refused, key=lambda refusal: refusal.bits)
        lowered = sum(new[0] != s and new[2].any() or new[1] != w
                      for new, s, w in zip(solved, shifts, scales))
        if self.settings["scheme"] == "per_channel":
            used = [scale for _, scale, _, _, _ in solved]
        else:
            used = [float(scales[0])]
        points = [self.fixed_point(scale) for scale in used]
        codes = numpy.array([codes for _, _, codes, _, _ in solved])
        return Layer(codes=codes,
                     zero_point=self.zero_point,
                     bias=[bias for _, _, _, bias, _ in solved],
                     shifts=numpy.array([shift for shift, *_ in solved], dtype=numpy.int64),
                     scales=numpy.array(used),
                     multipliers=[multiplier for multiplier, _ in points],
                     multiplier_shifts=[shift for _, shift in points],
                     safe_bits=max(bits for *_, bits in solved),
                     lowered=lowered,
                     dead=int((codes == self.zero_point).all(axis=1).sum()))
