// SPDX-License-Identifier: Apache-2.0
// Weights and biases that keep activations in a sane range and mean nothing else.
#pragma once

#include <cstddef>
#include <cstdint>

#include "frontend/graph/graph.h"

namespace npusim::topology {

/// The variance of a layer's weights is gain / fan-in.
struct WeightStyle {
  static constexpr double kPlainGain = 1;
  static constexpr double kRectifiedGain = 2;    // an activation takes about half away
  static constexpr double kResidualGain = 0.25;  // added to what it came from
  double gain = kPlainGain;
  bool has_bias = true;  // uniform in [-0.1, 0.1); zeros otherwise
};

/// Fills conv.weights_ohwi and conv.bias; the other fields are set. Out channel c is drawn from a
/// stream of its own: seed, layer and c decide it, and threads may share them. Weights are uniform
/// in [-b_c, b_c) with 16 bits,
///     b_c = sqrt(3 * gain / fan_in) * f_c / sqrt(E[f^2]),  f_c uniform in [1/4, 7/4), 8 bits.
void draw_weights_of(graph::Conv& conv, std::uint64_t seed, std::size_t layer,
                     const WeightStyle& style, int threads = 1);

}  // namespace npusim::topology
