// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>
#include <vector>

#include "frontend/execute/conv_geometry.h"
#include "frontend/execute/float_kernels.h"
#include "frontend/execute/float_layers.h"

namespace npusim::execute {
namespace {

FloatWeights group_weights(const graph::Conv& conv, const graph::Activation& activation,
                           std::int64_t k, std::int64_t group) {
  const std::int64_t n = conv.out_channels / conv.groups;
  return {conv.weights_ohwi.data() + group * n * k, conv.bias.data() + group * n,       k, n,
          static_cast<float>(activation.low),       static_cast<float>(activation.high)};
}

// A matrix product per group over im2col rows; padded taps read 0.
class FloatConv : public Layer<float> {
 public:
  FloatConv(const graph::Conv& conv, const graph::Activation& activation, const Geometry& geometry)
      : geometry_(geometry), group_channels_(geometry.in.channels / conv.groups) {
    const std::int64_t k = geometry_.taps() * group_channels_;
    for (std::int64_t g = 0; g < conv.groups; ++g) {
      groups_.push_back(group_weights(conv, activation, k, g));
    }
  }

  void run(const float* const* inputs, float* out, Scratch<float>& scratch) const override {
    const std::int64_t k = groups_.front().k();
    const std::int64_t n = groups_.front().n();
    const std::int64_t out_channels = geometry_.out.channels;
    const bool direct = geometry_.is_pointwise();
    const std::int64_t x_stride = direct ? geometry_.in.channels : k;
    const std::int64_t block = block_pixels(k, n);
    float* rows = direct ? nullptr : grown(scratch.float_rows, block * k);
    for (std::int64_t first = 0; first < geometry_.pixels(); first += block) {
      const std::int64_t count = std::min(block, geometry_.pixels() - first);
      for (std::size_t g = 0; g < groups_.size(); ++g) {
        const std::int64_t group = static_cast<std::int64_t>(g);
        const float* x = inputs[0] + first * geometry_.in.channels + group * group_channels_;
        if (!direct) {
          gather_rows(inputs[0], geometry_, group * group_channels_, group_channels_, first, count,
                      0.0F, rows, k);
          x = rows;
        }
        multiply_rows(x, x_stride, count, groups_[g], out + first * out_channels + group * n,
                      out_channels);
      }
    }
  }

 private:
  Geometry geometry_;
  std::int64_t group_channels_;
  std::vector<FloatWeights> groups_;
};

class FloatDepthwise : public Layer<float> {
 public:
  FloatDepthwise(const graph::Conv& conv, const graph::Activation& activation,
                 const Geometry& geometry)
      : geometry_(geometry),
        weights_(conv.weights_ohwi.data(), conv.bias.data(), geometry.taps(), geometry.out.channels,
                 static_cast<float>(activation.low), static_cast<float>(activation.high)),
        padding_(static_cast<std::size_t>(geometry.in.channels)) {}

  void run(const float* const* inputs, float* out, Scratch<float>& scratch) const override {
    const std::int64_t block = geometry_.out.width;
    const float** taps = grown(scratch.taps, block * geometry_.taps());
    for (std::int64_t first = 0; first < geometry_.pixels(); first += block) {
      gather_taps(inputs[0], geometry_, first, block, padding_.data(), taps);
      multiply_depthwise(taps, block, weights_, out + first * geometry_.out.channels,
                         geometry_.out.channels);
    }
  }

 private:
  Geometry geometry_;
  FloatWeights weights_;
  std::vector<float> padding_;
};

// Another layer's result, each channel clamped to its own limits, which lie within that layer's.
class ChannelClamps : public Layer<float> {
 public:
  ChannelClamps(std::unique_ptr<const Layer<float>> layer, const graph::Node& node)
      : layer_(std::move(layer)), elements_(node.shape.elements()) {
    for (const graph::Activation& own : node.channel_activations) {
      lows_.push_back(static_cast<float>(own.low));
      highs_.push_back(static_cast<float>(own.high));
    }
  }

  void run(const float* const* inputs, float* out, Scratch<float>& scratch) const override {
    layer_->run(inputs, out, scratch);
    const std::size_t channels = lows_.size();
    for (float* end = out + elements_; out != end; out += channels) {
      for (std::size_t c = 0; c < channels; ++c) out[c] = clamped(out[c], lows_[c], highs_[c]);
    }
  }

 private:
  std::unique_ptr<const Layer<float>> layer_;
  std::int64_t elements_;
  std::vector<float> lows_, highs_;
};

std::unique_ptr<const Layer<float>> make_plain_conv(const graph::Conv& conv,
                                                    const graph::Node& node,
                                                    const Geometry& geometry) {
  if (conv.kind == graph::ConvKind::depthwise_conv) {
    return std::make_unique<FloatDepthwise>(conv, node.activation, geometry);
  }
  return std::make_unique<FloatConv>(conv, node.activation, geometry);
}

}  // namespace

std::unique_ptr<const Layer<float>> make_float_conv(const graph::Graph& graph,
                                                    const graph::Node& node) {
  const auto& conv = std::get<graph::Conv>(node.op);
  const Geometry geometry = conv_geometry(conv, graph.node(node.inputs[0]).shape, node.shape);
  auto layer = make_plain_conv(conv, node, geometry);
  if (node.channel_activations.empty()) return layer;
  return std::make_unique<ChannelClamps>(std::move(layer), node);
}

}  // namespace npusim::execute
