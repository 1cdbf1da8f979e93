# SPDX-License-Identifier: Apache-2.0
"""Rules with one thing wrong each: the comparison is worth what it finds of these."""
import math

import numpy

from rules import Rules


class RoundShiftHalfUp(Rules):
    """round_shift takes ties towards plus infinity, not away from zero."""

    def round_shift(self, v, n):
        wide = numpy.asarray(v).astype(object)
        n = numpy.asarray(n).astype(object)
        return (2 * wide + (1 << n)) >> (n + 1)


class RoundShiftHalfEven(Rules):
    """round_shift takes ties to even."""

    def round_shift(self, v, n):
        wide, n = numpy.broadcast_arrays(numpy.asarray(v).astype(object),
                                         numpy.asarray(n).astype(object))
        floor = wide >> n
        rest = 2 * (wide - (floor << n)) - (1 << n)
        return floor + ((rest > 0) | ((rest == 0) & (floor % 2 == 1)))


class RoundShiftTruncates(Rules):
    """round_shift cuts off."""

    def round_shift(self, v, n):
        magnitude = abs(v) >> n
        return numpy.where(numpy.less(v, 0), -magnitude, magnitude)


class RneHalfAway(Rules):
    """Real numbers become integers with ties away from zero."""

    def rne(self, value):
        return int(math.copysign(math.floor(abs(value) + 0.5), value))

    def rne_array(self, values):
        return numpy.copysign(numpy.floor(numpy.abs(values) + 0.5), values).astype(numpy.int64)


class ShiftToNearest(Rules):
    """Channel shifts are rounded to the nearest exponent, which clips."""

    def channel_shift(self, greatest, limit, most):
        return super().channel_shift(greatest / math.sqrt(2.0), limit, most)


class ShiftStrictlyBelow(Rules):
    """A channel must stay below the limit, not at most reach it."""

    def channel_shift(self, greatest, limit, most):
        return super().channel_shift(greatest, math.nextafter(limit, 0.0), most)


class OctaveTakesTheLimit(Rules):
    """octave is floor."""

    def octave_limit(self, weights, limit, most, max_shift):
        return limit


class PaddingReadsZero(Rules):
    """A cell of the padding reads 0."""

    def padding(self, zero_point):
        return 0


class NoBiasCorrection(Rules):
    """Rule 5 does nothing."""

    def corrected_bias(self, bias, weights, codes, shifts, scales, means):
        return bias


class NoZeroPointInTheBias(Rules):
    """Rule 6 without its second term."""

    def bias_codes(self, bias, shifts, input_scale, scales, zero_point, codes):
        return super().bias_codes(bias, shifts, input_scale, scales, 0, codes)


class OnlyTheWholeSumIsBounded(Rules):
    """Rule 7 looks at the last prefix only."""

    def prefix_bounds(self, bias, codes, low, high):
        least = numpy.minimum(codes * low, codes * high).sum(axis=1).tolist()
        most = numpy.maximum(codes * low, codes * high).sum(axis=1).tolist()
        return [(b + less, b + more) for b, less, more in zip(bias, least, most)]


class MultiplierOneBitShort(Rules):
    """Multipliers fill one bit less."""

    def fixed_point(self, real, bits):
        return super().fixed_point(real, bits - 1)


class AlwaysFused(Rules):
    """The shifter sits behind the multiplier, whatever the hardware says."""

    def requantize(self, acc, multiplier, shift, channel_shift, pre_multiply):
        return super().requantize(acc, multiplier, shift, channel_shift, False)


class AddMultipliersWider(Rules):
    """Add's multipliers stay below 2^21."""

    def add_scale(self, real_a, real_b):
        m_a, m_b, n = super().add_scale(real_a / 2, real_b / 2)
        return m_a, m_b, n + 1


class PaddingIsNeverCounted(Rules):
    """Averages always divide by the real cells."""

    def divisor(self, real_cells, window_cells, count_include_pad):
        return real_cells


class EightBitsAlways(Rules):
    """Activations have 255 steps, whatever their width."""

    def activation(self, low, high, bits=8):
        return super().activation(low, high, 8)


class SaturatesSymmetrically(Rules):
    """Accumulators saturate one short of the least value."""

    def narrow(self, acc, bits, behaviour):
        if behaviour == "saturate":
            return numpy.clip(acc, 1 - 2**(bits - 1), 2**(bits - 1) - 1)
        return super().narrow(acc, bits, behaviour)


class WrapsToTheMagnitude(Rules):
    """Accumulators that wrap keep the sign and the low bits of the magnitude."""

    def narrow(self, acc, bits, behaviour):
        if behaviour == "wrap":
            return numpy.where(numpy.less(acc, 0), -(-acc % 2**(bits - 1)), acc % 2**(bits - 1))
        return super().narrow(acc, bits, behaviour)


MUTANTS = [RoundShiftHalfUp, RoundShiftHalfEven, RoundShiftTruncates, RneHalfAway, ShiftToNearest,
           ShiftStrictlyBelow, OctaveTakesTheLimit, PaddingReadsZero, NoBiasCorrection,
           NoZeroPointInTheBias, OnlyTheWholeSumIsBounded, MultiplierOneBitShort, AlwaysFused,
           AddMultipliersWider, PaddingIsNeverCounted, EightBitsAlways, SaturatesSymmetrically, WrapsToTheMagnitude]
