// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <string>

#include "frontend/quantize/calibration.h"
#include "frontend/quantize/observe_channels.h"
#include "frontend/quantize/options.h"
#include "sim/base/errors.h"
#include "sim/base/parallel.h"

namespace npusim::quantize {

GraphStatistics::GraphStatistics(const graph::Graph& graph) : tensors_(graph.nodes.size()) {
  for (std::size_t i = 0; i < tensors_.size(); ++i) {
    tensors_[i].channel_sums.resize(static_cast<std::size_t>(graph.nodes[i].shape.channels));
  }
}

void GraphStatistics::observe(graph::NodeId id, const graph::Node& node, const float* values) {
  TensorStatistics& tensor = tensors_.at(static_cast<std::size_t>(id));
  const std::int64_t channels = node.shape.channels;
  const std::int64_t positions = node.shape.height * node.shape.width;
  if (positions * channels < 1) {
    throw base::InternalError("calibration: layer '" + node.name + "' has no values");
  }
  const auto c_count = static_cast<std::size_t>(channels);
  std::vector<float> low(values, values + c_count);
  std::vector<float> high = low;
  observe_channels(values, positions, channels, low.data(), high.data(),
                   tensor.channel_sums.data());
  for (std::size_t c = 0; c < c_count; ++c) {
    if (!std::isfinite(tensor.channel_sums[c])) {
      throw base::InputError(base::refusal("layer '" + node.name + "'", "value in calibration",
                                           "one that is not finite in channel " + std::to_string(c),
                                           "finite"));
    }
    if (!tensor.seen || low[c] < tensor.min) tensor.min = low[c];
    if (!tensor.seen || high[c] > tensor.max) tensor.max = high[c];
    tensor.seen = true;
  }
}

void GraphStatistics::add(const GraphStatistics& image) {
  for (std::size_t i = 0; i < tensors_.size(); ++i) {
    TensorStatistics& to = tensors_[i];
    const TensorStatistics& from = image.tensors_.at(i);
    if (!from.seen) continue;
    to.min = to.seen && to.min < from.min ? to.min : from.min;
    to.max = to.seen && to.max > from.max ? to.max : from.max;
    to.seen = true;
    for (std::size_t c = 0; c < to.channel_sums.size(); ++c) {
      to.channel_sums[c] += from.channel_sums[c];
    }
  }
}

void GraphHistograms::observe(graph::NodeId id, const float* values, std::int64_t count) {
  Tensor& tensor = tensors_.at(static_cast<std::size_t>(id));
  const std::lock_guard<std::mutex> lock(tensor.mutex);
  tensor.histogram.add(values, count);
}

Histogram GraphHistograms::take(graph::NodeId id) {
  Tensor& tensor = tensors_.at(static_cast<std::size_t>(id));
  const std::lock_guard<std::mutex> lock(tensor.mutex);
  return std::move(tensor.histogram);
}

Calibration GraphStatistics::finish(const graph::Graph& graph, const Calibrator& calibrator,
                                    std::int64_t images, GraphHistograms* histograms,
                                    const std::vector<std::int32_t>& code_bits, int threads) const {
  if (calibrator.needs_histogram() && histograms == nullptr) {
    throw base::InternalError("calibration: method " + std::string(calibrator.name()) +
                              " needs histograms");
  }
  Calibration result;
  result.method = calibrator.name();
  result.images = images;
  result.tensors.resize(tensors_.size());
  base::parallel_for(static_cast<std::int64_t>(tensors_.size()), threads, [&](std::int64_t id) {
    const auto i = static_cast<std::size_t>(id);
    const graph::Node& node = graph.nodes.at(i);
    if (!tensors_[i].seen) {
      throw base::InternalError("calibration: layer '" + node.name + "' was not observed");
    }
    TensorStatistics seen = tensors_[i];
    if (histograms != nullptr) seen.histogram = histograms->take(static_cast<graph::NodeId>(i));
    const Range range = calibrator.range(seen, code_bits.empty() ? kMostBits : code_bits.at(i));
    const auto count =
        static_cast<double>(images) * static_cast<double>(node.shape.height * node.shape.width);
    TensorCalibration tensor{range.low, range.high, std::move(seen.channel_sums)};
    for (double& mean : tensor.channel_mean) mean /= count;
    result.tensors[i] = std::move(tensor);
  });
  return result;
}

}  // namespace npusim::quantize
