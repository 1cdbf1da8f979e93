// SPDX-License-Identifier: Apache-2.0
// Ratios in decibels and octaves, the same bits on every machine.
#pragma once

namespace npusim::study {

/// 10 log10(2^48): the ratio of a float to its own rounding error, 2^-24 of it. Nothing that was
/// read as floats can be told to be better.
inline constexpr double kMostDecibels = 144.49439791871097;

/// 10 log10(signal / noise), signal > 0 and noise >= 0 sums of squares; at most kMostDecibels.
/// Within 1e-12 dB.
double decibels(double signal, double noise);

/// log2(ratio), ratio > 0. Within 1e-12.
double octaves(double ratio);

}  // namespace npusim::study
