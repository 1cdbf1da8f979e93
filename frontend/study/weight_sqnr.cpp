// SPDX-License-Identifier: Apache-2.0
#include "frontend/study/weight_sqnr.h"

#include <algorithm>
#include <cmath>

#include "frontend/study/channel_ranges.h"
#include "frontend/study/decibels.h"
#include "sim/base/errors.h"
#include "sim/base/parallel.h"

namespace npusim::study {
namespace {

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

/// A channel of any layer, and what is found of it.
struct Channel {
  std::size_t layer = 0;
  std::int64_t index = 0;
  double largest = 0;
  double sqnr_db = 0;
};

/// All layers' channels, each on its own thread's turn: layers are too unequal to be shared out.
class NetworkSqnr {
 public:
  void add(graph::NodeId node, const graph::Conv& conv, const graph::QuantizedConv& quantized) {
    for (std::int64_t c = 0; c < conv.out_channels; ++c)
      channels_.push_back({weights_.size(), c, 0, 0});
    weights_.emplace_back(conv, quantized);
    results_.emplace_back().node = node;
  }

  std::vector<LayerSqnr> run(int threads) {
    for_each_channel(threads, [this](Channel& channel) {
      channel.largest = weights_[channel.layer].largest(channel.index);
    });
    std::vector<double> least(weights_.size());
    for (const Channel& channel : channels_) {
      double& of_layer = least[channel.layer];
      of_layer = std::max(of_layer, channel.largest * kLeastLiveShare);
    }
    const auto is_live = [&](const Channel& channel) {
      return channel.largest != 0 && channel.largest >= least[channel.layer];
    };
    for_each_channel(threads, [&](Channel& channel) {
      if (is_live(channel)) channel.sqnr_db = weights_[channel.layer].sqnr_db(channel.index);
    });
    for (const Channel& channel : channels_) {
      if (!is_live(channel)) continue;
      results_[channel.layer].channels.push_back(channel.index);
      results_[channel.layer].channel_db.push_back(channel.sqnr_db);
    }
    return std::move(results_);
  }

 private:
  template <typename Work>
  void for_each_channel(int threads, const Work& work) {
    base::parallel_for(static_cast<std::int64_t>(channels_.size()), threads,
                       [&](std::int64_t i) { work(channels_[static_cast<std::size_t>(i)]); });
  }

  std::vector<LayerWeights> weights_;  // [layer]
  std::vector<LayerSqnr> results_;     // [layer]
  std::vector<Channel> channels_;
};

}  // namespace

std::vector<LayerSqnr> weight_sqnr(const graph::Graph& folded,
                                   const graph::QuantizedGraph& quantized, int threads) {
  if (folded.nodes.size() != quantized.nodes.size())
    throw base::InternalError("weight_sqnr: the quantized network is of another graph");
  NetworkSqnr network;
  for (std::size_t i = 0; i < folded.nodes.size(); ++i) {
    const auto* conv = std::get_if<graph::Conv>(&folded.nodes[i].op);
    const auto* codes = std::get_if<graph::QuantizedConv>(&quantized.nodes[i].op);
    if (conv == nullptr && codes == nullptr) continue;
    if (conv == nullptr || codes == nullptr ||
        conv->weights_ohwi.size() != codes->weights_ohwi.size()) {
      throw base::InternalError("weight_sqnr: layer '" + folded.nodes[i].name +
                                "' is another one in the quantized network");
    }
    network.add(static_cast<graph::NodeId>(i), *conv, *codes);
  }
  return network.run(threads);
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
