// SPDX-License-Identifier: Apache-2.0
#include "frontend/study/weight_sqnr.h"

#include <algorithm>
#include <cmath>

#include "frontend/study/decibels.h"
#include "sim/base/errors.h"

namespace npusim::study {
namespace {

constexpr double kLeastShareOfLargest = 0x1p-23;

/// One layer's floats beside its codes.
class LayerWeights {
 public:
  LayerWeights(const graph::Conv& conv, const graph::QuantizedConv& quantized)
      : conv_(conv),
        quantized_(quantized),
        per_channel_(conv.out_channels == 0 ? 0
                                            : static_cast<std::int64_t>(conv.weights_ohwi.size()) /
                                                  conv.out_channels) {}

  double largest(std::int64_t channel) const {
    double largest = 0;
    for (std::int64_t k = 0; k < per_channel_; ++k) {
      largest = std::max(largest, std::abs(weight(channel, k)));
    }
    return largest;
  }

  double sqnr_db(std::int64_t channel) const {
    const double unit = this->unit(channel);
    double signal = 0;
    double noise = 0;
    for (std::int64_t k = 0; k < per_channel_; ++k) {
      const double exact = weight(channel, k);
      const double difference = exact - unit * code(channel, k);
      signal += exact * exact;
      noise += difference * difference;
    }
    return decibels(signal, noise);
  }

 private:
  std::size_t at(std::int64_t channel, std::int64_t k) const {
    return static_cast<std::size_t>(channel * per_channel_ + k);
  }
  double weight(std::int64_t channel, std::int64_t k) const {
    return conv_.weights_ohwi[at(channel, k)];
  }
  double code(std::int64_t channel, std::int64_t k) const {
    return quantized_.weights_ohwi[at(channel, k)] - quantized_.weight_zero_point;
  }
  /// What a code of 1 stands for.
  double unit(std::int64_t channel) const {
    const auto c = static_cast<std::size_t>(channel);
    const std::vector<double>& scales = quantized_.weight_scales;
    const std::vector<std::uint8_t>& shifts = quantized_.requantization.channel_shifts;
    return std::ldexp(scales.at(scales.size() > 1 ? c : 0), shifts.empty() ? 0 : -shifts.at(c));
  }

  const graph::Conv& conv_;
  const graph::QuantizedConv& quantized_;
  const std::int64_t per_channel_;
};

LayerSqnr layer_sqnr(graph::NodeId node, const graph::Conv& conv,
                     const graph::QuantizedConv& quantized) {
  const LayerWeights weights(conv, quantized);
  std::vector<double> largest;
  for (std::int64_t c = 0; c < conv.out_channels; ++c) largest.push_back(weights.largest(c));
  LayerSqnr layer;
  layer.node = node;
  if (largest.empty()) return layer;
  const double least = *std::max_element(largest.begin(), largest.end()) * kLeastShareOfLargest;
  for (std::int64_t c = 0; c < conv.out_channels; ++c) {
    const double m = largest[static_cast<std::size_t>(c)];
    if (m == 0 || m < least) continue;
    layer.channels.push_back(c);
    layer.channel_db.push_back(weights.sqnr_db(c));
  }
  return layer;
}

}  // namespace

std::vector<LayerSqnr> weight_sqnr(const graph::Graph& folded,
                                   const graph::QuantizedGraph& quantized) {
  if (folded.nodes.size() != quantized.nodes.size())
    throw base::InternalError("weight_sqnr: the quantized network is of another graph");
  std::vector<LayerSqnr> layers;
  for (std::size_t i = 0; i < folded.nodes.size(); ++i) {
    const auto* conv = std::get_if<graph::Conv>(&folded.nodes[i].op);
    const auto* codes = std::get_if<graph::QuantizedConv>(&quantized.nodes[i].op);
    if (conv == nullptr && codes == nullptr) continue;
    if (conv == nullptr || codes == nullptr ||
        conv->weights_ohwi.size() != codes->weights_ohwi.size()) {
      throw base::InternalError("weight_sqnr: layer '" + folded.nodes[i].name +
                                "' is another one in the quantized network");
    }
    layers.push_back(layer_sqnr(static_cast<graph::NodeId>(i), *conv, *codes));
  }
  return layers;
}

SqnrSummary summarize(const std::vector<LayerSqnr>& layers) {
  SqnrSummary summary;
  double sum = 0;
  for (const LayerSqnr& layer : layers) {
    for (std::size_t i = 0; i < layer.channels.size(); ++i) {
      const double db = layer.channel_db[i];
      sum += db;
      if (summary.channels++ > 0 && db >= summary.worst_db) continue;
      summary.worst_db = db;
      summary.worst_node = layer.node;
      summary.worst_channel = layer.channels[i];
    }
  }
  if (summary.channels > 0) summary.mean_db = sum / static_cast<double>(summary.channels);
  return summary;
}

SqnrSummary summarize(const LayerSqnr& layer) { return summarize(std::vector<LayerSqnr>{layer}); }

}  // namespace npusim::study
