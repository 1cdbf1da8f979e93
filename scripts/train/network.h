// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace npusim::train {

inline constexpr std::int64_t kImageSize = 64;
inline constexpr std::int64_t kImageChannels = 3;
inline constexpr std::int64_t kClasses = 40;
inline constexpr double kBatchNormEpsilon = 1e-3;
enum class LayerKind { kConv, kDepthwise, kPointwise };

/// One convolution without bias, followed by batch normalization and ReLU6. 3x3 kernels pad as
/// TensorFlow's SAME does: one row and column on every side with stride 1, and only below and to
/// the right with stride 2.
struct LayerSpec {
  std::string name;
  LayerKind kind = LayerKind::kConv;
  std::int64_t in_channels = 0;
  std::int64_t out_channels = 0;
  std::int64_t in_size = 0;
  std::int64_t out_size = 0;
  std::int64_t stride = 1;

  std::int64_t pad_begin() const { return stride == 1 ? 1 : 0; }
  std::int64_t padded_size() const { return in_size + pad_begin() + 1; }
  std::int64_t in_values() const { return in_size * in_size * in_channels; }
  std::int64_t out_pixels() const { return out_size * out_size; }
  std::int64_t out_values() const { return out_pixels() * out_channels; }
};

/// MobileNetV1 (Howard et al. 2017) of width 0.25 on 64x64 pictures: 27 convolutions.
std::vector<LayerSpec> mobilenet_layers();

/// Trained numbers with all that the optimizer keeps beside them.
struct Parameter {
  std::vector<float> value;
  std::vector<float> gradient;
  std::vector<float> velocity;
  std::vector<float> average;  ///< Exponential moving average of `value`.
  bool decays = false;         ///< Whether weight decay applies.
};

/// A convolution with batch normalization, its parameters and the state of the batch in work.
/// Weights: [27 or 28][out] (kConv, taps row by row, channels inside), [9][channels] (kDepthwise),
/// [in][out] (kPointwise).
struct Layer {
  LayerSpec spec;
  Parameter weights;
  Parameter gamma;
  Parameter beta;
  std::vector<float> mean;      ///< Of the batch, by channel.
  std::vector<float> variance;  ///< Of the batch, biased.
  std::vector<float> scale;     ///< gamma / sqrt(variance + epsilon).
  std::vector<float> offset;    ///< beta - mean * scale.
  std::vector<float> z;         ///< Outputs of the convolution: batch, height, width, channel.
  std::vector<double> sums;     ///< Two sums by channel of add_moments() or its gradient's.
};

/// The network over batches of one fixed size, with its backward pass. Single-threaded; every sum
/// has one order, so equal seeds give equal bits on every machine.
class Network {
 public:
  /// `batch` is a multiple of 64. Weights are drawn from `seed` (He initialization).
  Network(std::int64_t batch, std::uint64_t seed);

  std::int64_t batch() const { return batch_; }
  const std::vector<Layer>& layers() const { return layers_; }
  /// [256][40], channel-major, and [40].
  const Parameter& classifier_weights() const { return classifier_weights_; }
  const Parameter& classifier_bias() const { return classifier_bias_; }
  std::vector<Parameter*> parameters();

  /// Runs the batch, `images` being [batch][64][64][3] in [-1, 1], with statistics of the batch.
  void forward(const std::vector<float>& images);

  /// After forward(): the mean cross-entropy of the batch; fills every gradient.
  double backward(const std::vector<float>& images, const std::vector<std::int64_t>& labels);

 private:
  std::int64_t group_images(const LayerSpec& spec) const;
  void prepare_input(const std::vector<float>& images, std::size_t index, std::int64_t first,
                     std::int64_t count);
  void forward_layer(const std::vector<float>& images, std::size_t index);
  void forward_head();
  double backward_head(const std::vector<std::int64_t>& labels);
  void backward_layer(const std::vector<float>& images, std::size_t index);
  void backward_input(std::size_t index, std::int64_t first, std::int64_t count);
  void mask_gradient(std::size_t index, std::int64_t first, std::int64_t count);

  std::int64_t batch_;
  std::vector<Layer> layers_;
  Parameter classifier_weights_;
  Parameter classifier_bias_;
  std::vector<float> pooled_;         ///< [batch][256]
  std::vector<float> logits_;         ///< [batch][40]
  std::vector<float> input_;          ///< A group's activated (and padded) inputs.
  std::vector<float> dz_;             ///< A group's gradient of z.
  std::vector<float> dilated_;        ///< One image's gradient of z, spread out and padded.
  std::vector<float> turned_;         ///< Transposed or turned weights for the backward pass.
  std::vector<float> gradient_;       ///< Gradient of the layer's outputs, whole batch.
  std::vector<float> next_gradient_;  ///< The same of the layer before it.
};

}  // namespace npusim::train
