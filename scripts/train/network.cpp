// SPDX-License-Identifier: Apache-2.0
#include "scripts/train/network.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include "frontend/data/splitmix64.h"
#include "scripts/train/kernels.h"
#include "scripts/train/real_math.h"

namespace npusim::train {
namespace {

constexpr std::int64_t kTaps = 9;

std::size_t at(std::int64_t index) { return static_cast<std::size_t>(index); }

Parameter make_parameter(std::int64_t count, float value, bool decays) {
  Parameter parameter;
  parameter.value.assign(at(count), value);
  parameter.gradient.assign(at(count), 0.0F);
  parameter.velocity.assign(at(count), 0.0F);
  parameter.average.assign(at(count), 0.0F);
  parameter.decays = decays;
  return parameter;
}

Parameter draw_parameter(std::int64_t count, double deviation, bool decays,
                         data::SplitMix64& random) {
  Parameter parameter = make_parameter(count, 0.0F, decays);
  for (float& value : parameter.value) {
    value = static_cast<float>(draw_normal(random) * deviation);
  }
  return parameter;
}

Layer make_layer(const LayerSpec& spec, std::int64_t batch, data::SplitMix64& random) {
  Layer layer;
  layer.spec = spec;
  const bool depthwise = spec.kind == LayerKind::kDepthwise;
  const std::int64_t taps = spec.kind == LayerKind::kPointwise ? 1 : kTaps;
  const std::int64_t fan_in = depthwise ? taps : taps * spec.in_channels;
  const double deviation = std::sqrt(2.0 / static_cast<double>(fan_in));
  layer.weights = draw_parameter(fan_in * spec.out_channels, deviation, !depthwise, random);
  layer.gamma = make_parameter(spec.out_channels, 1.0F, false);
  layer.beta = make_parameter(spec.out_channels, 0.0F, false);
  layer.mean.resize(at(spec.out_channels));
  layer.variance.resize(at(spec.out_channels));
  layer.scale.resize(at(spec.out_channels));
  layer.offset.resize(at(spec.out_channels));
  layer.z.resize(at(batch * spec.out_values()));
  layer.sums.resize(at(2 * spec.out_channels));
  return layer;
}

/// Mean, variance, scale and offset of the batch from the two sums over `count` pixels.
void finish_statistics(Layer& layer, std::int64_t count) {
  const std::size_t channels = at(layer.spec.out_channels);
  for (std::size_t c = 0; c < channels; ++c) {
    const double mean = layer.sums[c] / static_cast<double>(count);
    const double square = layer.sums[channels + c] / static_cast<double>(count);
    const double variance = std::max(0.0, square - mean * mean);
    const double scale =
        static_cast<double>(layer.gamma.value[c]) / std::sqrt(variance + kBatchNormEpsilon);
    layer.mean[c] = static_cast<float>(mean);
    layer.variance[c] = static_cast<float>(variance);
    layer.scale[c] = static_cast<float>(scale);
    layer.offset[c] = static_cast<float>(static_cast<double>(layer.beta.value[c]) - mean * scale);
  }
}

/// Weights for the way back to the inputs: transposed for a 1x1 layer, else the taps in reverse.
void turn_weights(const Layer& layer, std::vector<float>& turned) {
  const bool pointwise = layer.spec.kind == LayerKind::kPointwise;
  const std::size_t columns = at(layer.spec.out_channels);
  const std::size_t rows = at(pointwise ? layer.spec.in_channels : kTaps);
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t column = 0; column < columns; ++column) {
      const std::size_t to = pointwise ? column * rows + row : (rows - 1 - row) * columns + column;
      turned[to] = layer.weights.value[row * columns + column];
    }
  }
}

}  // namespace

std::vector<LayerSpec> mobilenet_layers() {
  struct Block {
    std::int64_t channels;
    std::int64_t stride;
  };
  constexpr std::array<Block, 13> kBlocks{{{16, 1},
                                           {32, 2},
                                           {32, 1},
                                           {64, 2},
                                           {64, 1},
                                           {128, 2},
                                           {128, 1},
                                           {128, 1},
                                           {128, 1},
                                           {128, 1},
                                           {128, 1},
                                           {256, 2},
                                           {256, 1}}};
  std::vector<LayerSpec> specs;
  std::int64_t size = kImageSize / 2;
  std::int64_t channels = 8;
  specs.push_back({"conv", LayerKind::kConv, kImageChannels, channels, kImageSize, size, 2});
  for (std::size_t i = 0; i < kBlocks.size(); ++i) {
    const Block& block = kBlocks[i];
    const std::string number = std::to_string(i + 1);
    const std::int64_t out_size = size / block.stride;
    specs.push_back({"depthwise_" + number, LayerKind::kDepthwise, channels, channels, size,
                     out_size, block.stride});
    specs.push_back({"pointwise_" + number, LayerKind::kPointwise, channels, block.channels,
                     out_size, out_size, 1});
    size = out_size;
    channels = block.channels;
  }
  return specs;
}

Network::Network(std::int64_t batch, std::uint64_t seed) : batch_(batch) {
  data::SplitMix64 random(data::SplitMix64::mix(seed));
  std::int64_t most_inputs = 0;
  std::int64_t most_outputs = 0;
  std::int64_t most_weights = 0;
  std::int64_t most_dilated = 0;
  for (const LayerSpec& spec : mobilenet_layers()) {
    layers_.push_back(make_layer(spec, batch, random));
    Parameter& weights = layers_.back().weights;
    // The column of zeros of the patches gets weights of zero, which stay zero.
    if (spec.kind == LayerKind::kConv) {
      for (auto* part : {&weights.value, &weights.gradient, &weights.velocity, &weights.average}) {
        part->resize(at(kPatchColumns * spec.out_channels), 0.0F);
      }
    }
    const std::int64_t padded = spec.padded_size() * spec.padded_size() * spec.in_channels;
    const std::int64_t patches = spec.out_pixels() * kPatchColumns;
    most_inputs = std::max({most_inputs, group_images(spec) * padded, patches});
    most_outputs = std::max(most_outputs, spec.out_values());
    most_weights = std::max(most_weights, static_cast<std::int64_t>(weights.value.size()));
    most_dilated =
        std::max(most_dilated,
                 (spec.in_size + 2) * (spec.in_size + 2) *
                     (spec.kind == LayerKind::kDepthwise ? spec.in_channels : std::int64_t{1}));
  }
  const std::int64_t features = layers_.back().spec.out_channels;
  classifier_weights_ = draw_parameter(
      features * kClasses, 1.0 / std::sqrt(static_cast<double>(features)), true, random);
  classifier_bias_ = make_parameter(kClasses, 0.0F, false);
  pooled_.resize(at(batch * features));
  logits_.resize(at(batch * kClasses));
  input_.resize(at(most_inputs));
  dz_.resize(at(most_outputs * 64));
  dilated_.resize(at(most_dilated));
  turned_.resize(at(std::max(most_weights, features * kClasses)));
  gradient_.resize(at(batch * most_outputs));
  next_gradient_.resize(at(batch * most_outputs));
}

std::vector<Parameter*> Network::parameters() {
  std::vector<Parameter*> all;
  for (Layer& layer : layers_) {
    all.push_back(&layer.weights);
    all.push_back(&layer.gamma);
    all.push_back(&layer.beta);
  }
  all.push_back(&classifier_weights_);
  all.push_back(&classifier_bias_);
  return all;
}

/// Images worked on together, so that a layer's weights are read once for some 256 pixels.
std::int64_t Network::group_images(const LayerSpec& spec) const {
  return std::clamp<std::int64_t>(256 / spec.out_pixels(), 1, 64);
}

/// Fills input_ with the group's inputs as the layer's kernel wants them.
void Network::prepare_input(const std::vector<float>& images, std::size_t index, std::int64_t first,
                            std::int64_t count) {
  const LayerSpec& spec = layers_[index].spec;
  if (spec.kind == LayerKind::kConv) {
    for (std::int64_t i = 0; i < count; ++i) {
      gather_patches(images.data() + (first + i) * spec.in_values(), spec.in_size, spec.out_size,
                     0.0F, input_.data() + i * spec.out_pixels() * kPatchColumns);
    }
    return;
  }
  const Layer& before = layers_[index - 1];
  const float* z = before.z.data() + first * spec.in_values();
  if (spec.kind == LayerKind::kPointwise) {
    activate(z, before.scale.data(), before.offset.data(), input_.data(),
             count * spec.in_size * spec.in_size, spec.in_channels);
    return;
  }
  const std::int64_t padded = spec.padded_size();
  std::fill_n(input_.data(), count * padded * padded * spec.in_channels, 0.0F);
  for (std::int64_t i = 0; i < count; ++i) {
    for (std::int64_t row = 0; row < spec.in_size; ++row) {
      const std::int64_t place = (i * padded + row + spec.pad_begin()) * padded + spec.pad_begin();
      activate(z + (i * spec.in_size + row) * spec.in_size * spec.in_channels, before.scale.data(),
               before.offset.data(), input_.data() + place * spec.in_channels, spec.in_size,
               spec.in_channels);
    }
  }
}

void Network::forward_layer(const std::vector<float>& images, std::size_t index) {
  Layer& layer = layers_[index];
  const LayerSpec& spec = layer.spec;
  std::fill(layer.sums.begin(), layer.sums.end(), 0.0);
  const std::int64_t group = group_images(spec);
  for (std::int64_t first = 0; first < batch_; first += group) {
    prepare_input(images, index, first, group);
    float* z = layer.z.data() + first * spec.out_values();
    if (spec.kind == LayerKind::kDepthwise) {
      const std::int64_t padded = spec.padded_size();
      for (std::int64_t i = 0; i < group; ++i) {
        depthwise(input_.data() + i * padded * padded * spec.in_channels, padded,
                  layer.weights.value.data(), z + i * spec.out_values(), spec.out_size,
                  spec.out_channels, spec.stride);
      }
    } else {
      const std::int64_t columns = spec.kind == LayerKind::kConv ? kPatchColumns : spec.in_channels;
      multiply(input_.data(), layer.weights.value.data(), z, group * spec.out_pixels(), columns,
               spec.out_channels);
    }
    add_moments(z, layer.sums.data(), group * spec.out_pixels(), spec.out_channels);
  }
  finish_statistics(layer, batch_ * spec.out_pixels());
}

void Network::forward_head() {
  const Layer& last = layers_.back();
  const std::int64_t pixels = last.spec.out_pixels();
  const std::int64_t channels = last.spec.out_channels;
  std::vector<float> activated(at(pixels * channels));
  for (std::int64_t n = 0; n < batch_; ++n) {
    activate(last.z.data() + n * pixels * channels, last.scale.data(), last.offset.data(),
             activated.data(), pixels, channels);
    for (std::int64_t c = 0; c < channels; ++c) {
      float sum = 0.0F;
      for (std::int64_t p = 0; p < pixels; ++p) sum += activated[at(p * channels + c)];
      pooled_[at(n * channels + c)] = sum / static_cast<float>(pixels);
    }
  }
  multiply(pooled_.data(), classifier_weights_.value.data(), logits_.data(), batch_, channels,
           kClasses);
}

void Network::forward(const std::vector<float>& images) {
  for (std::size_t i = 0; i < layers_.size(); ++i) forward_layer(images, i);
  forward_head();
}

/// Softmax and cross-entropy: turns logits_ into their gradient and carries it to gradient_.
double Network::backward_head(const std::vector<std::int64_t>& labels) {
  double loss = 0.0;
  std::fill(classifier_bias_.gradient.begin(), classifier_bias_.gradient.end(), 0.0F);
  for (std::int64_t n = 0; n < batch_; ++n) {
    float* row = logits_.data() + n * kClasses;
    for (std::int64_t c = 0; c < kClasses; ++c) row[c] += classifier_bias_.value[at(c)];
    const float most = *std::max_element(row, row + kClasses);
    std::array<double, kClasses> powers;
    double total = 0.0;
    for (std::int64_t c = 0; c < kClasses; ++c) {
      powers[at(c)] = exponential(std::max(-100.0, static_cast<double>(row[c] - most)));
      total += powers[at(c)];
    }
    loss -= std::log(powers[at(labels[at(n)])] / total);
    for (std::int64_t c = 0; c < kClasses; ++c) {
      const double target = c == labels[at(n)] ? 1.0 : 0.0;
      row[c] = static_cast<float>((powers[at(c)] / total - target) / static_cast<double>(batch_));
      classifier_bias_.gradient[at(c)] += row[c];
    }
  }
  const LayerSpec& last = layers_.back().spec;
  const std::int64_t features = last.out_channels;
  std::fill(classifier_weights_.gradient.begin(), classifier_weights_.gradient.end(), 0.0F);
  accumulate_outer(pooled_.data(), logits_.data(), classifier_weights_.gradient.data(), batch_,
                   features, kClasses);
  for (std::int64_t i = 0; i < features; ++i) {
    for (std::int64_t c = 0; c < kClasses; ++c) {
      turned_[at(c * features + i)] = classifier_weights_.value[at(i * kClasses + c)];
    }
  }
  multiply(logits_.data(), turned_.data(), pooled_.data(), batch_, kClasses, features);
  const float share = 1.0F / static_cast<float>(last.out_pixels());
  for (std::int64_t n = 0; n < batch_; ++n) {
    for (std::int64_t i = 0; i < last.out_values(); ++i) {
      gradient_[at(n * last.out_values() + i)] = pooled_[at(n * features + i % features)] * share;
    }
  }
  return loss / static_cast<double>(batch_);
}

void Network::mask_gradient(std::size_t index, std::int64_t first, std::int64_t count) {
  Layer& layer = layers_[index];
  const std::int64_t start = first * layer.spec.out_values();
  std::vector<float>& gradient = index + 1 == layers_.size() ? gradient_ : next_gradient_;
  mask_and_add_moments(layer.z.data() + start, layer.scale.data(), layer.offset.data(),
                       gradient.data() + start, layer.sums.data(), count * layer.spec.out_pixels(),
                       layer.spec.out_channels);
}

/// Carries dz_ of the group to next_gradient_, the gradient of the layer's inputs. For a depthwise
/// layer that is a convolution of stride 1 with the turned kernel over dz, spread out by the
/// stride.
void Network::backward_input(std::size_t index, std::int64_t first, std::int64_t count) {
  const LayerSpec& spec = layers_[index].spec;
  float* out = next_gradient_.data() + first * spec.in_values();
  if (spec.kind == LayerKind::kPointwise) {
    multiply(dz_.data(), turned_.data(), out, count * spec.out_pixels(), spec.out_channels,
             spec.in_channels);
    return;
  }
  const std::int64_t channels = spec.in_channels;
  const std::int64_t size = spec.in_size + 2;
  const std::int64_t corner = 2 - spec.pad_begin();
  std::fill_n(dilated_.data(), size * size * channels, 0.0F);
  for (std::int64_t i = 0; i < count; ++i) {
    const float* from = dz_.data() + i * spec.out_values();
    for (std::int64_t y = 0; y < spec.out_size; ++y) {
      for (std::int64_t x = 0; x < spec.out_size; ++x, from += channels) {
        const std::int64_t place = (y * spec.stride + corner) * size + x * spec.stride + corner;
        std::copy_n(from, channels, dilated_.data() + place * channels);
      }
    }
    depthwise(dilated_.data(), size, turned_.data(), out + i * spec.in_values(), spec.in_size,
              channels, 1);
  }
}

void Network::backward_layer(const std::vector<float>& images, std::size_t index) {
  Layer& layer = layers_[index];
  const LayerSpec& spec = layer.spec;
  const std::size_t channels = at(spec.out_channels);
  const double count = static_cast<double>(batch_ * spec.out_pixels());
  std::vector<float> slope(channels);
  std::vector<float> shift(channels);
  for (std::size_t c = 0; c < channels; ++c) {
    const double mean = static_cast<double>(layer.mean[c]);
    const double inverse =
        1.0 / std::sqrt(static_cast<double>(layer.variance[c]) + kBatchNormEpsilon);
    const double beta_gradient = layer.sums[c];
    const double gamma_gradient = inverse * (layer.sums[channels + c] - mean * layer.sums[c]);
    const double scale = static_cast<double>(layer.scale[c]);
    slope[c] = static_cast<float>(-scale * inverse * gamma_gradient / count);
    shift[c] = static_cast<float>(-scale * beta_gradient / count -
                                  mean * (-scale * inverse * gamma_gradient / count));
    layer.gamma.gradient[c] = static_cast<float>(gamma_gradient);
    layer.beta.gradient[c] = static_cast<float>(beta_gradient);
  }
  std::fill(layer.weights.gradient.begin(), layer.weights.gradient.end(), 0.0F);
  turn_weights(layer, turned_);
  if (index > 0) std::fill(layers_[index - 1].sums.begin(), layers_[index - 1].sums.end(), 0.0);
  const std::int64_t group = group_images(spec);
  for (std::int64_t first = 0; first < batch_; first += group) {
    const std::int64_t start = first * spec.out_values();
    const std::int64_t pixels = group * spec.out_pixels();
    normalize_gradient(gradient_.data() + start, layer.z.data() + start, layer.scale.data(),
                       slope.data(), shift.data(), dz_.data(), pixels, spec.out_channels);
    prepare_input(images, index, first, group);
    if (spec.kind == LayerKind::kDepthwise) {
      const std::int64_t padded = spec.padded_size();
      for (std::int64_t i = 0; i < group; ++i) {
        accumulate_depthwise(input_.data() + i * padded * padded * spec.in_channels, padded,
                             dz_.data() + i * spec.out_values(), layer.weights.gradient.data(),
                             spec.out_size, spec.out_channels, spec.stride);
      }
    } else {
      const std::int64_t columns = spec.kind == LayerKind::kConv ? kPatchColumns : spec.in_channels;
      accumulate_outer(input_.data(), dz_.data(), layer.weights.gradient.data(), pixels, columns,
                       spec.out_channels);
    }
    if (index == 0) continue;
    backward_input(index, first, group);
    mask_gradient(index - 1, first, group);
  }
  std::swap(gradient_, next_gradient_);
}

double Network::backward(const std::vector<float>& images,
                         const std::vector<std::int64_t>& labels) {
  const double loss = backward_head(labels);
  std::fill(layers_.back().sums.begin(), layers_.back().sums.end(), 0.0);
  mask_gradient(layers_.size() - 1, 0, batch_);
  for (std::size_t i = layers_.size(); i-- > 0;) backward_layer(images, i);
  return loss;
}

}  // namespace npusim::train
