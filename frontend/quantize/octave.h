// SPDX-License-Identifier: Apache-2.0
// Rule 3, `octave`: which fraction of an octave to put on top of a layer's largest weight, so that
// most channels fill their codes well. Internal to the shift scaler.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "frontend/quantize/scheme.h"

namespace npusim::quantize {

inline constexpr std::size_t kOctaveSteps = 32;

/// 2^(j/32), correctly rounded.
inline constexpr std::array<double, kOctaveSteps> kOctaveFactors = {
    0x1.0000000000000p+0, 0x1.059b0d3158574p+0, 0x1.0b5586cf9890fp+0, 0x1.11301d0125b51p+0,
    0x1.172b83c7d517bp+0, 0x1.1d4873168b9aap+0, 0x1.2387a6e756238p+0, 0x1.29e9df51fdee1p+0,
    0x1.306fe0a31b715p+0, 0x1.371a7373aa9cbp+0, 0x1.3dea64c123422p+0, 0x1.44e086061892dp+0,
    0x1.4bfdad5362a27p+0, 0x1.5342b569d4f82p+0, 0x1.5ab07dd485429p+0, 0x1.6247eb03a5585p+0,
    0x1.6a09e667f3bcdp+0, 0x1.71f75e8ec5f74p+0, 0x1.7a11473eb0187p+0, 0x1.82589994cce13p+0,
    0x1.8ace5422aa0dbp+0, 0x1.93737b0cdc5e5p+0, 0x1.9c49182a3f090p+0, 0x1.a5503b23e255dp+0,
    0x1.ae89f995ad3adp+0, 0x1.b7f76f2fb5e47p+0, 0x1.c199bdd85529cp+0, 0x1.cb720dcef9069p+0,
    0x1.d5818dcfba487p+0, 0x1.dfc97337b9b5fp+0, 0x1.ea4afa2a490dap+0, 0x1.f50765b6e4540p+0,
};

/// Per channel and j: units[c][j] = s_w * 2^-s_c, the real value of one code, where the layer's
/// limit is T' = T * kOctaveFactors[j].
using OctaveUnits = std::array<double, kOctaveSteps>;

/// E_j = ||W - What||^2 / ||W||^2 of one channel for every j, What = unit_j * rne(W / unit_j). Both
/// sums in double, k ascending. The row holds `count` finite weights, not all zero; the units are
/// such that all codes lie within +-127, above 0.
using OctaveErrors = std::array<double, kOctaveSteps>;
OctaveErrors octave_errors(const float* row, std::int64_t count, const OctaveUnits& units);

}  // namespace npusim::quantize
