// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <string>
#include <utility>

#include "frontend/graph/passes.h"
#include "frontend/graph/rewrite.h"
#include "sim/base/errors.h"

namespace npusim::graph {
namespace {

// The one rounding of a folded value.
float rounded(double value, const std::string& name, const char* key, std::size_t channel) {
  const auto result = static_cast<float>(value);
  if (!std::isfinite(result)) {
    throw base::InputError(
        base::refusal("node '" + name + "' (batch_norm)",
                      std::string("folded ") + key + " of channel " + std::to_string(channel),
                      std::to_string(value), "finite in float"));
  }
  return result;
}

double scale_of(const BatchNorm& norm, std::size_t c) {
  return static_cast<double>(norm.gamma[c]) /
         std::sqrt(static_cast<double>(norm.variance[c]) + norm.epsilon);
}

// All of `conv` in place, for each output channel.
void fold_into(Conv& conv, const BatchNorm& norm, const std::string& name) {
  const std::size_t channels = norm.gamma.size();
  const std::size_t per_channel = conv.weights_ohwi.size() / channels;
  for (std::size_t c = 0; c < channels; ++c) {
    const double a = scale_of(norm, c);
    for (std::size_t k = c * per_channel; k < (c + 1) * per_channel; ++k) {
      conv.weights_ohwi[k] =
          rounded(static_cast<double>(conv.weights_ohwi[k]) * a, name, "weight", c);
    }
    const double centred = static_cast<double>(norm.mean[c]) - static_cast<double>(conv.bias[c]);
    conv.bias[c] = rounded(static_cast<double>(norm.beta[c]) - centred * a, name, "bias", c);
  }
}

}  // namespace

Graph fold_batch_norm(Graph graph) {
  Rewriter rewriter(std::move(graph));
  for (NodeId id = 0; id < rewriter.size(); ++id) {
    Node& node = rewriter.visit(id);
    const auto* norm = std::get_if<BatchNorm>(&node.op);
    if (norm == nullptr) continue;
    const NodeId producer_id = node.inputs.front();
    Node& producer = rewriter.node(producer_id);
    auto* conv = std::get_if<Conv>(&producer.op);
    if (conv != nullptr && producer.activation.is_identity() &&
        rewriter.has_single_reader(producer_id)) {
      fold_into(*conv, *norm, node.name);
      producer.activation = node.activation;
      rewriter.replace(id, producer_id);
    } else {
      Conv own = identity_conv(node.shape.channels);
      fold_into(own, *norm, node.name);
      node.op = std::move(own);
    }
  }
  return rewriter.finish();
}

}  // namespace npusim::graph
