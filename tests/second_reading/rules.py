# SPDX-License-Identifier: Apache-2.0
"""The rules of docs/arithmetic.md, read a second time.

Written from the text alone: whoever wrote this file has not seen frontend/quantize, frontend/execute,
sim/arith, sim/functional or sim/model, and whoever changes it should not have either. Where the two
disagree, the text decides which one is wrong.

Integers are Python's own, of any size, or numpy's `object` arrays of them; large layers take int64
arrays under bounds that are checked first (`exact_dtype`). Reals are Python floats and numpy float64,
IEEE doubles both, one + - * / at a time. float32 occurs in what is read only: weights, biases and
images, widened to double before anything is done with them but for the quotients of images.

Each rule is a method of `Rules`, so that the self-test can break one and see the comparison fail.
"""
import decimal
import math

import numpy

# Below this many products a layer is computed in integers of any size.
ANY_SIZE_PRODUCTS = 20_000
EXACT = decimal.Context(prec=50)
OCTAVE_FACTORS = [float(EXACT.power(decimal.Decimal(2), decimal.Decimal(j) / 32))
                  for j in range(32)]


class Refused(Exception):
    """A layer that the rules do not admit: the accumulator width that it would take, or 0; and
    whether a shift is out of range."""

    def __init__(self, layer, bits, shift):
        super().__init__(f"{layer} needs {bits} bits" if bits else f"{layer}: shift out of range")
        self.layer, self.bits, self.shift = layer, bits, shift

    def is_said_in(self, text):
        return self.layer in text and ((self.bits and f"{self.bits}" in text) or
                                       (self.shift and "shift" in text))


def exact_dtype(products, bound):
    """`object` for small work; int64 for large, which must stay below `bound` < 2^62 throughout."""
    if products <= ANY_SIZE_PRODUCTS:
        return object
    assert bound < 2**62, f"int64 is not proved safe: bound {bound}"
    return numpy.int64


def bits_for(least, greatest):
    """The least width of a two's complement number that holds both."""
    bits = 1
    while least < -2**(bits - 1) or greatest > 2**(bits - 1) - 1:
        bits += 1
    return bits


class Rules:
    # --- the two roundings
    def rne(self, value):
        """A double to the nearest integer, ties to the even one."""
        return round(value)

    def rne_array(self, values):
        assert numpy.all(numpy.abs(values) < 2.0**52)
        return numpy.rint(values).astype(numpy.int64)

    def round_shift(self, v, n):
        """Arrays or integers; n = 0 is v."""
        half = numpy.where(numpy.equal(n, 0), 0, numpy.left_shift(1, numpy.maximum(n, 1) - 1))
        if getattr(v, "dtype", object) == object:
            n = numpy.asarray(n).astype(object)
            half = half.astype(object)
        magnitude = (abs(v) + half) >> n
        return numpy.where(numpy.less(v, 0), -magnitude, magnitude)

    # --- rule 10, and rule 9's clamps
    def activation(self, low, high, bits=8):
        """(scale, zero point) of a tensor with this calibrated range."""
        low, high = min(0.0, low), max(0.0, high)
        if low == high:
            scale = 1.0
        else:
            scale = (high - low) / (2**bits - 1)
        return scale, self.clamp(self.rne(-2**(bits - 1) - low / scale), bits)

    @staticmethod
    def clamp(value, bits):
        return max(-2**(bits - 1), min(2**(bits - 1) - 1, value))

    def clamps(self, activation, scale, zero_point, bits=8):
        low, high = -2**(bits - 1), 2**(bits - 1) - 1
        if activation[0] is not None:
            low = self.clamp(zero_point + self.rne(activation[0] / scale), bits)
        if activation[1] is not None:
            high = self.clamp(zero_point + self.rne(activation[1] / scale), bits)
        return low, high

    def input_codes(self, values, scale, zero_point, bits=8):
        quotients = values.astype(numpy.float32) / numpy.float32(scale)
        codes = zero_point + self.rne_array(quotients.astype(numpy.float64))
        return numpy.clip(codes, -2**(bits - 1), 2**(bits - 1) - 1)

    # --- rules 2 to 4
    def channel_shift(self, greatest, limit, most):
        """Rule 3: the largest s in [0, most] with greatest * 2^s <= limit, by comparing."""
        if greatest == 0:
            return 0
        shift = 0
        while shift < most and greatest * 2.0**(shift + 1) <= limit:
            shift += 1
        return shift

    def codes(self, weights, shifts, scales, most):
        """Rule 4 for [channels, k]; `shifts` and `scales` one per channel."""
        scaled = weights * numpy.ldexp(1.0, shifts)[:, None] / scales[:, None]
        return numpy.clip(self.rne_array(scaled), -most, most)

    @staticmethod
    def stands_for(codes, shifts, scales):
        """What: the weights that the codes stand for."""
        return (scales * numpy.ldexp(1.0, -shifts))[:, None] * codes

    def shifts_for(self, weights, limit, scale, most, max_shift):
        """Rule 3 for all channels: shifts, with 0 where the codes are all 0."""
        greatest = numpy.abs(weights).max(axis=1)
        shifts = numpy.array([self.channel_shift(float(m), limit, max_shift) for m in greatest],
                             dtype=numpy.int64)
        codes = self.codes(weights, shifts, numpy.full(len(shifts), scale), most)
        shifts[~codes.any(axis=1)] = 0
        return shifts

    def weight_zero_point(self, weights, bits):
        """Asymmetric weights: (s_w, z_w) of a layer, rule 10 over its weights."""
        return self.activation(float(weights.min(initial=0.0)), float(weights.max(initial=0.0)),
                               bits)

    def asymmetric_codes(self, weights, scale, zero_point, bits):
        codes = zero_point + self.rne_array(weights / scale)
        return numpy.clip(codes, -2**(bits - 1), 2**(bits - 1) - 1)

    def octave_limit(self, weights, limit, most, max_shift):
        """Rule 3, octave: T' with the least mean relative error of the live channels."""
        norms = numpy.add.accumulate(weights * weights, axis=1)[:, -1]
        best, best_error, live = limit, None, None
        for factor in OCTAVE_FACTORS:
            candidate = limit * factor
            scale = candidate / most
            shifts = self.shifts_for(weights, candidate, scale, most, max_shift)
            scales = numpy.full(len(shifts), scale)
            codes = self.codes(weights, shifts, scales, most)
            if live is None:
                live = codes.any(axis=1)
                if not live.any():
                    return limit
            miss = weights - self.stands_for(codes, shifts, scales)
            errors = numpy.add.accumulate(miss * miss, axis=1)[:, -1][live] / norms[live]
            error = float(numpy.add.accumulate(errors)[-1]) / int(live.sum())
            if best_error is None or error < best_error:
                best, best_error = candidate, error
        return best

    # --- rules 5 and 6, one row of `weights` per channel
    def corrected_bias(self, bias, weights, codes, shifts, scales, means):
        """Rule 5: b + sum_k (W - What) * E[x]."""
        misses = (weights - self.stands_for(codes, shifts, scales)) * means
        return bias + numpy.add.accumulate(misses, axis=1)[:, -1]

    def bias_codes(self, bias, shifts, input_scale, scales, zero_point, codes):
        """Rule 6, a list of integers."""
        reals = bias * numpy.ldexp(1.0, shifts) / (input_scale * scales)
        return [self.rne(real) - zero_point * total
                for real, total in zip(reals.tolist(), codes.sum(axis=1).tolist())]

    # --- rule 7
    def prefix_bounds(self, bias, codes, low, high):
        """[(least, greatest)] of all prefixes of each channel, any inputs within [low, high], which
        are arrays like `codes`."""
        at_low, at_high = codes * low, codes * high
        least = numpy.add.accumulate(numpy.minimum(at_low, at_high), axis=1).min(axis=1, initial=0)
        most = numpy.add.accumulate(numpy.maximum(at_low, at_high), axis=1).max(axis=1, initial=0)
        return [(b + less, b + more) for b, less, more in zip(bias, least.tolist(), most.tolist())]

    # --- rule 8
    def fixed_point(self, real, bits):
        """(multiplier, shift) with multiplier in [2^(bits-1), 2^bits)."""
        mantissa, exponent = math.frexp(real)
        multiplier, shift = self.rne(math.ldexp(mantissa, bits)), bits - exponent
        if multiplier == 2**bits:
            multiplier, shift = multiplier // 2, shift - 1
        return multiplier, shift

    def requantize(self, acc, multiplier, shift, channel_shift, pre_multiply):
        """The scaled accumulator, before zero point and clamps; the last axis is the channel."""
        if pre_multiply:
            return self.round_shift(self.round_shift(acc, channel_shift) * multiplier, shift)
        return self.round_shift(acc * multiplier, shift + channel_shift)

    # --- rule 12
    def add_scale(self, real_a, real_b):
        """(m_a, m_b, n): the largest n <= 62 that keeps both multipliers below 2^20."""
        for n in range(62, -1, -1):
            m_a, m_b = (self.rne(math.ldexp(real, n)) for real in (real_a, real_b))
            if m_a < 2**20 and m_b < 2**20:
                return m_a, m_b, n
        raise Refused("add", 0, True)

    def rescale(self, real):
        """Rule 13, Concat: as Add with one operand."""
        multiplier, _, n = self.add_scale(real, 0.0)
        return multiplier, n

    # --- what a cell of the padding reads (rule 6)
    def padding(self, zero_point):
        return zero_point

    # --- rule 11
    def divisor(self, real_cells, window_cells, count_include_pad):
        return window_cells if count_include_pad else real_cells

    # --- P bits at each addition ("Accumulators")
    def stored_bias(self, bias, behaviour):
        """`b_q` as the Program has it, 32 bits."""
        if behaviour == "saturate":
            return max(-2**31, min(2**31 - 1, bias))
        if behaviour == "wrap":
            return (bias + 2**31) % 2**32 - 2**31
        return bias

    def narrow(self, acc, bits, behaviour):
        h = 2**(bits - 1)
        if behaviour == "saturate":
            return numpy.clip(acc, -h, h - 1)
        return (acc + h) % 2**bits - h
