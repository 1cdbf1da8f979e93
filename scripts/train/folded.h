// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "frontend/data/fractal.h"
#include "scripts/train/trainer.h"

namespace npusim::train {

/// A convolution whose batch normalization is folded into it, in double; the classifier is one
/// too, of 1x1 pixel and without the clamp.
struct FoldedLayer {
  LayerSpec spec;
  bool clamps = true;           ///< ReLU6.
  std::vector<double> weights;  ///< [inputs of a channel][out].
  std::vector<double> bias;     ///< [out].

  std::int64_t channels() const { return spec.out_channels; }
  std::int64_t inputs() const;  ///< Inputs of one out channel: 27, 9 or the in channels.
};

/// The layers in order, the classifier last (after the global average pool).
std::vector<FoldedLayer> fold(const TrainedNetwork& network);

/// What the float network showed of one tensor over some images.
struct TensorStatistics {
  double least = 0.0;
  double greatest = 0.0;
  std::vector<double> channel_means;
};

/// One picture through folded layers, layer by layer. The values between them are float32: real
/// numbers, or the codes of an integer network, whose sums stay below 2^24 and are exact.
class FoldedRunner {
 public:
  /// Sums of inputs times `weights`, without bias, for every pixel and channel of the layer's
  /// output; pixels outside count as `outside`. The result is valid until the next call.
  const std::vector<float>& sums(const FoldedLayer& layer, const std::vector<float>& weights,
                                 const std::vector<float>& in, float outside);

 private:
  std::vector<float> input_;
  std::vector<float> padded_weights_;
  std::vector<float> out_;
};

/// The float network: folded weights as float32.
class FloatNetwork {
 public:
  explicit FloatNetwork(const std::vector<FoldedLayer>& layers);

  /// The 40 logits of a picture. Tensor 0 is the input, tensor i the output of layer i - 1; before
  /// the classifier comes one more, the pooled features, so the logits are tensor count + 1. With
  /// `statistics` each tensor's range grows and its channel sums (not yet means) are added up.
  const std::vector<float>& logits(const data::FractalImage& image,
                                   std::vector<TensorStatistics>* statistics);

 private:
  const std::vector<FoldedLayer>& layers_;
  std::vector<std::vector<float>> weights_;
  FoldedRunner runner_;
  std::vector<float> values_;
};

/// Min-max ranges and channel means of every tensor over the first `images` of split `seed`.
std::vector<TensorStatistics> calibrate(const std::vector<FoldedLayer>& layers, std::uint64_t seed,
                                        std::int64_t images);

/// The class with the greatest value; the lowest of several.
std::int64_t best_class(const std::vector<float>& logits);

}  // namespace npusim::train
