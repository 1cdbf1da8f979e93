// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/affine.h"

#include <cmath>

#include "sim/base/errors.h"

namespace npusim::graph {

Line line_of(const BatchNorm& norm, std::size_t channel) {
  const double scale = static_cast<double>(norm.gamma[channel]) /
                       std::sqrt(static_cast<double>(norm.variance[channel]) + norm.epsilon);
  return {scale, static_cast<double>(norm.beta[channel]) -
                     static_cast<double>(norm.mean[channel]) * scale};
}

BatchNorm affine_norm(const std::vector<Line>& lines, const std::string& node_name) {
  BatchNorm norm;
  for (std::size_t c = 0; c < lines.size(); ++c) {
    norm.gamma.push_back(rounded(lines[c].scale, node_name, "weight", c));
    norm.beta.push_back(rounded(lines[c].offset, node_name, "bias", c));
  }
  norm.mean.assign(lines.size(), 0.0F);
  norm.variance.assign(lines.size(), 1.0F);
  norm.epsilon = 0;
  return norm;
}

float rounded(double value, const std::string& node_name, const char* key, std::size_t channel) {
  const auto result = static_cast<float>(value);
  if (!std::isfinite(result)) {
    throw base::InputError(
        base::refusal("node '" + node_name + "' (batch_norm)",
                      std::string("folded ") + key + " of channel " + std::to_string(channel),
                      std::to_string(value), "finite in float"));
  }
  return result;
}

}  // namespace npusim::graph
