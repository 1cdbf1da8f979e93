// SPDX-License-Identifier: Apache-2.0
#include "scripts/train/quantized.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace npusim::train {
namespace {

constexpr std::int64_t kMaxField = 15;  // Four bits of shift scaler.
constexpr double kMaxCode = 127.0;
constexpr double kAccumulatorLimit = 2147483647.0;

std::size_t at(std::int64_t index) { return static_cast<std::size_t>(index); }

double power_of_two(std::int64_t exponent) { return std::ldexp(1.0, static_cast<int>(exponent)); }

/// Scale and zero point of a tensor; the range always holds 0.
struct Activation {
  double scale = 1.0;
  std::int64_t zero = 0;
};

Activation activation(const TensorStatistics& statistics) {
  Activation result;
  const double range = statistics.greatest - statistics.least;
  if (range > 0.0) result.scale = range / 255.0;
  const double zero = std::nearbyint(-128.0 - statistics.least / result.scale);
  result.zero = static_cast<std::int64_t>(std::clamp(zero, -128.0, 127.0));
  return result;
}

/// M = multiplier * 2^-shift, the multiplier in [2^30, 2^31).
struct Ratio {
  std::int64_t multiplier = 0;
  std::int64_t shift = 0;
};

Ratio to_ratio(double value) {
  int exponent = 0;
  const double mantissa = std::frexp(value, &exponent);  // In [1/2, 1).
  Ratio ratio{static_cast<std::int64_t>(std::nearbyint(mantissa * power_of_two(31))),
              31 - exponent};
  if (ratio.multiplier == std::int64_t{1} << 31U) {
    ratio.multiplier /= 2;
    --ratio.shift;
  }
  return ratio;
}

/// v * 2^-shift to nearest, halves away from zero.
std::int64_t round_shift(std::int64_t value, std::int64_t shift) {
  const std::int64_t half = std::int64_t{1} << static_cast<unsigned>(shift - 1);
  const std::int64_t magnitude =
      ((value < 0 ? -value : value) + half) >> static_cast<unsigned>(shift);
  return value < 0 ? -magnitude : magnitude;
}

/// Quantizes one out channel of a layer for a given weight scale and shift field.
class ChannelQuantizer {
 public:
  ChannelQuantizer(const FoldedLayer& layer, const TensorStatistics& input, bool bias_correction)
      : layer_(layer), input_(input), in_(activation(input)), corrects_(bias_correction) {}

  double greatest(std::int64_t channel) const {
    double most = 0.0;
    for (std::int64_t k = 0; k < layer_.inputs(); ++k) {
      most = std::max(most, std::fabs(weight(k, channel)));
    }
    return most;
  }

  /// Writes codes and bias of the channel; returns whether any code is not 0.
  bool quantize(std::int64_t channel, double weight_scale, std::int64_t field,
                QuantizedLayer& out) const {
    const std::int64_t channels = layer_.channels();
    double bias = layer_.bias[at(channel)];
    std::int64_t code_sum = 0;
    double magnitude = 0.0;
    for (std::int64_t k = 0; k < layer_.inputs(); ++k) {
      const double real = weight(k, channel);
      const double code = std::clamp(std::nearbyint(real * power_of_two(field) / weight_scale),
                                     -kMaxCode, kMaxCode);
      out.weights[at(k * channels + channel)] = static_cast<float>(code);
      code_sum += static_cast<std::int64_t>(code);
      magnitude += std::fabs(code);
      if (corrects_) {
        bias += (real - code * weight_scale / power_of_two(field)) * mean_input(k, channel);
      }
    }
    const double code = std::nearbyint(bias * power_of_two(field) / (in_.scale * weight_scale));
    bound_ = std::fabs(code - static_cast<double>(in_.zero * code_sum)) + 128.0 * magnitude;
    out.bias[at(channel)] = static_cast<std::int64_t>(code) - in_.zero * code_sum;
    return magnitude > 0.0;
  }

  /// Whether the accumulator of the channel quantized last can never leave 32 bits.
  bool fits() const { return bound_ <= kAccumulatorLimit; }

 private:
  double weight(std::int64_t k, std::int64_t channel) const {
    return layer_.weights[at(k * layer_.channels() + channel)];
  }
  double mean_input(std::int64_t k, std::int64_t channel) const {
    const bool depthwise = layer_.spec.kind == LayerKind::kDepthwise;
    return input_.channel_means[at(depthwise ? channel : k % layer_.spec.in_channels)];
  }

  const FoldedLayer& layer_;
  const TensorStatistics& input_;
  Activation in_;
  bool corrects_;
  mutable double bound_ = 0.0;
};

/// The largest field whose shift keeps the channel's greatest weight within the layer's.
std::int64_t choose_field(double channel_greatest, double layer_greatest) {
  std::int64_t field = 0;
  while (channel_greatest > 0.0 && field < kMaxField &&
         channel_greatest * power_of_two(field + 1) <= layer_greatest) {
    ++field;
  }
  return field;
}

QuantizedLayer quantize_layer(const FoldedLayer& layer, const TensorStatistics& input,
                              const TensorStatistics& output, Scheme scheme, bool bias_correction) {
  const std::int64_t channels = layer.channels();
  const ChannelQuantizer quantizer(layer, input, bias_correction);
  const Activation in = activation(input);
  const Activation out = activation(output);
  QuantizedLayer result;
  result.weights.resize(layer.weights.size());
  result.bias.resize(at(channels));
  result.multiplier.resize(at(channels));
  result.shift.resize(at(channels));
  result.in_zero = in.zero;
  result.out_zero = out.zero;
  if (layer.clamps) {
    result.low = out.zero;
    const auto six = static_cast<std::int64_t>(std::nearbyint(6.0 / out.scale));
    result.high = std::min<std::int64_t>(127, out.zero + six);
  }
  double most = 0.0;
  for (std::int64_t c = 0; c < channels; ++c) most = std::max(most, quantizer.greatest(c));
  for (std::int64_t c = 0; c < channels; ++c) {
    const double own = quantizer.greatest(c);
    double scale = (most > 0.0 ? most : kMaxCode) / kMaxCode;
    std::int64_t field = 0;
    if (scheme == Scheme::kShiftScaler) field = choose_field(own, most);
    if (scheme == Scheme::kPerChannel) scale = std::max(own, most * power_of_two(-23)) / kMaxCode;
    bool alive = quantizer.quantize(c, scale, field, result);
    if (!alive) field = 0;
    while (alive && !quantizer.fits() && (field > 0 || scheme == Scheme::kPerChannel)) {
      if (scheme == Scheme::kPerChannel) {
        scale *= 2.0;
      } else {
        --field;
      }
      alive = quantizer.quantize(c, scale, field, result);
    }
    if (!alive) quantizer.quantize(c, scale, field, result);
    const Ratio ratio = to_ratio(in.scale * scale / out.scale);
    result.multiplier[at(c)] = ratio.multiplier;
    result.shift[at(c)] = ratio.shift + field;
  }
  return result;
}

}  // namespace

QuantizedNetwork::QuantizedNetwork(const std::vector<FoldedLayer>& layers,
                                   const std::vector<TensorStatistics>& statistics, Scheme scheme,
                                   bool bias_correction)
    : layers_(layers) {
  // Tensors: the input, every convolution's output, the pooled features, the logits.
  const std::size_t last = layers.size() - 1;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const std::size_t input = i == last ? i + 1 : i;
    quantized_.push_back(quantize_layer(layers[i], statistics[input], statistics[input + 1], scheme,
                                        bias_correction));
  }
  const Activation input = activation(statistics[0]);
  input_scale_ = input.scale;
  input_zero_ = input.zero;
  const Activation before = activation(statistics[last]);
  const Activation after = activation(statistics[last + 1]);
  const double cells = static_cast<double>(layers[last - 1].spec.out_pixels());
  const Ratio ratio = to_ratio(before.scale / (after.scale * cells));
  pool_.in_zero = before.zero;
  pool_.out_zero = after.zero;
  pool_.multiplier = {ratio.multiplier};
  pool_.shift = {ratio.shift};
}

void QuantizedNetwork::pool() {
  const std::size_t channels = at(layers_.back().spec.in_channels);
  const auto cells = static_cast<std::int64_t>(values_.size() / channels);
  std::vector<float> pooled(channels, 0.0F);
  for (std::size_t i = 0; i < values_.size(); ++i) pooled[i % channels] += values_[i];
  for (float& value : pooled) {
    const std::int64_t sum = static_cast<std::int64_t>(value) - cells * pool_.in_zero;
    const std::int64_t code =
        pool_.out_zero + round_shift(sum * pool_.multiplier[0], pool_.shift[0]);
    value = static_cast<float>(std::clamp(code, pool_.low, pool_.high));
  }
  values_ = pooled;
}

const std::vector<float>& QuantizedNetwork::logits(const data::FractalImage& image) {
  values_.clear();
  for (const std::uint8_t level : image.rgb) {
    const double real = (static_cast<double>(level) - 127.5) / 127.5;
    const double code = std::nearbyint(real / input_scale_) + static_cast<double>(input_zero_);
    values_.push_back(static_cast<float>(std::clamp(code, -128.0, 127.0)));
  }
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    if (i + 1 == layers_.size()) pool();
    const QuantizedLayer& layer = quantized_[i];
    const std::size_t channels = layer.bias.size();
    values_ = runner_.sums(layers_[i], layer.weights, values_, static_cast<float>(layer.in_zero));
    for (std::size_t v = 0; v < values_.size(); ++v) {
      const std::size_t c = v % channels;
      const std::int64_t sum = layer.bias[c] + static_cast<std::int64_t>(values_[v]);
      const std::int64_t code =
          layer.out_zero + round_shift(sum * layer.multiplier[c], layer.shift[c]);
      values_[v] = static_cast<float>(std::clamp(code, layer.low, layer.high));
    }
  }
  return values_;
}

}  // namespace npusim::train
