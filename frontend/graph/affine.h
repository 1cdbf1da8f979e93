// SPDX-License-Identifier: Apache-2.0
// A BatchNorm as what it computes, y = scale * x + offset for each channel, in double.
#pragma once

#include <string>
#include <vector>

#include "frontend/graph/graph.h"

namespace npusim::graph {

struct Line {
  double scale = 1;
  double offset = 0;
};

/// `scale = gamma_c / sqrt(var_c + eps)`, `offset = beta_c - mean_c * scale`.
Line line_of(const BatchNorm& norm, std::size_t channel);

/// The BatchNorm that computes these, each value rounded once to float. Throws InputError, naming
/// the node, where one is not finite.
BatchNorm affine_norm(const std::vector<Line>& lines, const std::string& node_name);

/// The one rounding of a folded value; InputError where it is not finite in float.
float rounded(double value, const std::string& node_name, const char* key, std::size_t channel);

}  // namespace npusim::graph
