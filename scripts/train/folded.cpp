// SPDX-License-Identifier: Apache-2.0
#include "scripts/train/folded.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "scripts/train/kernels.h"

namespace npusim::train {
namespace {

std::size_t at(std::int64_t index) { return static_cast<std::size_t>(index); }

FoldedLayer fold_layer(const TrainedLayer& trained) {
  FoldedLayer folded;
  folded.spec = trained.spec;
  const std::size_t channels = at(trained.spec.out_channels);
  for (std::size_t i = 0; i < trained.weights.size(); ++i) {
    const std::size_t c = i % channels;
    const double deviation =
        std::sqrt(static_cast<double>(trained.variance[c]) + kBatchNormEpsilon);
    folded.weights.push_back(static_cast<double>(trained.weights[i]) *
                             (static_cast<double>(trained.gamma[c]) / deviation));
  }
  for (std::size_t c = 0; c < channels; ++c) {
    const double deviation =
        std::sqrt(static_cast<double>(trained.variance[c]) + kBatchNormEpsilon);
    const double factor = static_cast<double>(trained.gamma[c]) / deviation;
    folded.bias.push_back(static_cast<double>(trained.beta[c]) -
                          static_cast<double>(trained.mean[c]) * factor);
  }
  return folded;
}

void observe(const std::vector<float>& values, std::int64_t channels,
             TensorStatistics& statistics) {
  statistics.channel_means.resize(at(channels));
  const double share = static_cast<double>(channels) / static_cast<double>(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double value = static_cast<double>(values[i]);
    statistics.least = std::min(statistics.least, value);
    statistics.greatest = std::max(statistics.greatest, value);
    statistics.channel_means[i % at(channels)] += value * share;
  }
}

}  // namespace

std::int64_t FoldedLayer::inputs() const {
  return static_cast<std::int64_t>(weights.size()) / spec.out_channels;
}

std::vector<FoldedLayer> fold(const TrainedNetwork& network) {
  std::vector<FoldedLayer> layers;
  for (const TrainedLayer& trained : network.layers) layers.push_back(fold_layer(trained));
  FoldedLayer classifier;
  const std::int64_t features = layers.back().channels();
  classifier.spec = {"classifier", LayerKind::kPointwise, features, kClasses, 1, 1, 1};
  classifier.clamps = false;
  classifier.weights.assign(network.classifier_weights.begin(), network.classifier_weights.end());
  classifier.bias.assign(network.classifier_bias.begin(), network.classifier_bias.end());
  layers.push_back(classifier);
  return layers;
}

const std::vector<float>& FoldedRunner::sums(const FoldedLayer& layer,
                                             const std::vector<float>& weights,
                                             const std::vector<float>& in, float outside) {
  const LayerSpec& spec = layer.spec;
  out_.resize(at(spec.out_values()));
  if (spec.kind == LayerKind::kConv) {
    // The 28th column meets weights of zero.
    padded_weights_ = weights;
    padded_weights_.resize(at(kPatchColumns * spec.out_channels), 0.0F);
    input_.resize(at(spec.out_pixels() * kPatchColumns));
    gather_patches(in.data(), spec.in_size, spec.out_size, outside, input_.data());
    multiply(input_.data(), padded_weights_.data(), out_.data(), spec.out_pixels(), kPatchColumns,
             spec.out_channels);
  } else if (spec.kind == LayerKind::kDepthwise) {
    const std::int64_t padded = spec.padded_size();
    input_.assign(at(padded * padded * spec.in_channels), outside);
    for (std::int64_t row = 0; row < spec.in_size; ++row) {
      const std::int64_t place = (row + spec.pad_begin()) * padded + spec.pad_begin();
      std::copy_n(in.data() + row * spec.in_size * spec.in_channels,
                  spec.in_size * spec.in_channels, input_.data() + place * spec.in_channels);
    }
    depthwise(input_.data(), padded, weights.data(), out_.data(), spec.out_size, spec.out_channels,
              spec.stride);
  } else {
    // Rows come in fours: the classifier's one row is filled up.
    const std::int64_t rows = (spec.out_pixels() + 3) / 4 * 4;
    input_.assign(in.begin(), in.end());
    input_.resize(at(rows * spec.in_channels), 0.0F);
    out_.resize(at(rows * spec.out_channels));
    multiply(input_.data(), weights.data(), out_.data(), rows, spec.in_channels, spec.out_channels);
    out_.resize(at(spec.out_values()));
  }
  return out_;
}

FloatNetwork::FloatNetwork(const std::vector<FoldedLayer>& layers) : layers_(layers) {
  for (const FoldedLayer& layer : layers) {
    std::vector<float> weights;
    for (const double weight : layer.weights) weights.push_back(static_cast<float>(weight));
    weights_.push_back(weights);
  }
}

const std::vector<float>& FloatNetwork::logits(const data::FractalImage& image,
                                               std::vector<TensorStatistics>* statistics) {
  values_.clear();
  for (const std::uint8_t level : image.rgb) {
    values_.push_back((static_cast<float>(level) - 127.5F) / 127.5F);
  }
  std::size_t tensor = 0;
  const auto note = [&](std::int64_t channels) {
    if (statistics == nullptr) return;
    if (statistics->size() == tensor) statistics->emplace_back();
    observe(values_, channels, (*statistics)[tensor++]);
  };
  note(kImageChannels);
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    const FoldedLayer& layer = layers_[i];
    const std::size_t channels = at(layer.channels());
    if (!layer.clamps) {
      std::vector<float> pooled(at(layer.spec.in_channels), 0.0F);
      for (std::size_t v = 0; v < values_.size(); ++v) pooled[v % pooled.size()] += values_[v];
      const std::size_t pixels = values_.size() / pooled.size();
      for (float& value : pooled) value /= static_cast<float>(pixels);
      values_ = pooled;
      note(layer.spec.in_channels);
    }
    values_ = runner_.sums(layer, weights_[i], values_, 0.0F);
    for (std::size_t v = 0; v < values_.size(); ++v) {
      const float value = values_[v] + static_cast<float>(layer.bias[v % channels]);
      values_[v] = layer.clamps ? std::min(std::max(value, 0.0F), 6.0F) : value;
    }
    note(layer.channels());
  }
  return values_;
}

std::vector<TensorStatistics> calibrate(const std::vector<FoldedLayer>& layers, std::uint64_t seed,
                                        std::int64_t images) {
  FloatNetwork network(layers);
  const data::FractalSet set(seed, kImageSize);
  data::FractalImage image;
  std::vector<TensorStatistics> statistics;
  for (std::int64_t i = 0; i < images; ++i) {
    set.draw(i, image);
    network.logits(image, &statistics);
  }
  for (TensorStatistics& tensor : statistics) {
    for (double& mean : tensor.channel_means) mean /= static_cast<double>(images);
  }
  return statistics;
}

std::int64_t best_class(const std::vector<float>& logits) {
  return std::max_element(logits.begin(), logits.end()) - logits.begin();
}

}  // namespace npusim::train
