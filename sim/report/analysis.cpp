// SPDX-License-Identifier: Apache-2.0
#include "sim/report/analysis.h"

namespace npusim::report {
namespace {

/// The first layer that no later one is `worse` than.
template <typename Worse>
std::optional<std::size_t> worst(const std::vector<AnalyzedLayer>& layers, const Worse& worse) {
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    if (!found || worse(layers[i], layers[*found])) found = i;
  }
  return found;
}

double range_spread(const AnalyzedLayer& layer) {
  return layer.weights ? layer.weights->range_spread.value_or(0) : 0;
}

double loss(const AnalyzedLayer& layer) {
  return layer.top1_loss_alone ? layer.top1_loss_alone->fraction : 0;
}

}  // namespace

std::optional<std::size_t> Analysis::widest_layer() const {
  const auto widest = worst(layers, [](const AnalyzedLayer& a, const AnalyzedLayer& b) {
    return range_spread(a) > range_spread(b);
  });
  return widest && range_spread(layers[*widest]) > 0 ? widest : std::nullopt;
}

std::optional<std::size_t> Analysis::most_sensitive_layer() const {
  return worst(layers, [](const AnalyzedLayer& a, const AnalyzedLayer& b) {
    if (loss(a) != loss(b)) return loss(a) > loss(b);
    return a.network_sqnr_alone_db < b.network_sqnr_alone_db;
  });
}

std::optional<std::size_t> Analysis::first_divergent_layer() const {
  for (std::size_t i = 0; i < layers.size(); ++i) {
    if (layers[i].output_sqnr_db < threshold_db) return i;
  }
  return std::nullopt;
}

}  // namespace npusim::report
