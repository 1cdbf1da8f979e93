// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/execute/plain_float.h"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <stdexcept>

#include "frontend/graph/lookup_function.h"

namespace npusim::execute {
namespace {

using Tensor = std::vector<float>;

struct PlainNode {
  const graph::Graph& graph;
  const std::vector<Tensor>& tensors;
  const graph::Node& node;
  std::int64_t y, x, c;  // of the output

  const graph::Shape& shape(std::size_t i) const { return graph.node(node.inputs.at(i)).shape; }

  float at(std::size_t i, std::int64_t row, std::int64_t column, std::int64_t channel) const {
    const graph::Shape& s = shape(i);
    if (row < 0 || row >= s.height || column < 0 || column >= s.width) return 0;
    return tensors.at(static_cast<std::size_t>(node.inputs.at(i)))
        .at(static_cast<std::size_t>((row * s.width + column) * s.channels + channel));
  }
  bool real(std::int64_t row, std::int64_t column) const {
    return row >= 0 && row < shape(0).height && column >= 0 && column < shape(0).width;
  }

  float operator()(const graph::Input&) const { throw std::logic_error("input"); }

  float operator()(const graph::Conv& conv) const {
    const graph::Window& w = conv.window;
    float sum = conv.bias.at(static_cast<std::size_t>(c));
    if (conv.kind == graph::ConvKind::gemm) {
      const Tensor& flat = tensors.at(static_cast<std::size_t>(node.inputs[0]));
      const auto k = static_cast<std::size_t>(conv.in_channels);
      for (std::size_t i = 0; i < k; ++i) {
        const float product =
            flat.at(i) * conv.weights_ohwi.at(static_cast<std::size_t>(c) * k + i);
        sum = sum + product;
      }
      return sum;
    }
    const std::int64_t channels = conv.in_channels / conv.groups;
    const std::int64_t first = c / (conv.out_channels / conv.groups) * channels;
    auto weight = conv.weights_ohwi.begin() + c * w.kernel_h * w.kernel_w * channels;
    for (std::int64_t i = 0; i < w.kernel_h; ++i) {
      for (std::int64_t j = 0; j < w.kernel_w; ++j) {
        for (std::int64_t d = 0; d < channels; ++d) {
          const float product = at(0, y * w.stride_h - w.pad_top + i * w.dilation_h,
                                   x * w.stride_w - w.pad_left + j * w.dilation_w, first + d) *
                                *weight++;
          sum = sum + product;
        }
      }
    }
    return sum;
  }

  float operator()(const graph::BatchNorm& norm) const {
    const auto i = static_cast<std::size_t>(c);
    const double factor = norm.gamma[i] / std::sqrt(norm.variance[i] + norm.epsilon);
    const double centred = double{at(0, y, x, c)} - double{norm.mean[i]};
    return static_cast<float>(centred * factor + double{norm.beta[i]});
  }
  float operator()(const graph::Clamp&) const { return at(0, y, x, c); }
  float operator()(const graph::Pad& pad) const {
    return real(y - pad.top, x - pad.left) ? at(0, y - pad.top, x - pad.left, c)
                                           : static_cast<float>(pad.value);
  }
  float second() const { return shape(1) == node.shape ? at(1, y, x, c) : at(1, 0, 0, c); }
  float operator()(const graph::Add&) const { return at(0, y, x, c) + second(); }
  float operator()(const graph::Mul&) const { return at(0, y, x, c) * second(); }
  float operator()(const graph::Concat&) const {
    std::size_t i = 0;
    std::int64_t channel = c;
    for (; channel >= shape(i).channels; ++i) channel -= shape(i).channels;
    return at(i, y, x, channel);
  }
  float operator()(const graph::Pool& pool) const {
    const graph::Window& w = pool.window;
    float sum = 0;
    float largest = -INFINITY;
    std::int64_t count = 0;
    for (std::int64_t i = 0; i < w.kernel_h; ++i) {
      for (std::int64_t j = 0; j < w.kernel_w; ++j) {
        const std::int64_t row = y * w.stride_h - w.pad_top + i * w.dilation_h;
        const std::int64_t column = x * w.stride_w - w.pad_left + j * w.dilation_w;
        if (!real(row, column)) continue;
        sum = sum + at(0, row, column, c);
        largest = std::fmax(largest, at(0, row, column, c));
        ++count;
      }
    }
    if (pool.kind == graph::PoolKind::max) return largest;
    if (pool.count_include_pad) count = w.kernel_h * w.kernel_w;
    return sum / static_cast<float>(count);
  }
  float operator()(const graph::Lookup& lookup) const {
    return static_cast<float>(graph::evaluate(lookup, double{at(0, y, x, c)}));
  }
};

}  // namespace

std::vector<Tensor> run_plain_float(const graph::Graph& graph, const Tensor& input,
                                    const std::map<graph::NodeId, Tensor>& known) {
  std::vector<Tensor> tensors;
  for (const graph::Node& node : graph.nodes) {
    const auto given = known.find(static_cast<graph::NodeId>(tensors.size()));
    if (given != known.end()) {
      tensors.push_back(given->second);
      continue;
    }
    if (std::holds_alternative<graph::Input>(node.op)) {
      tensors.push_back(input);
      continue;
    }
    Tensor out;
    for (std::int64_t y = 0; y < node.shape.height; ++y) {
      for (std::int64_t x = 0; x < node.shape.width; ++x) {
        for (std::int64_t c = 0; c < node.shape.channels; ++c) {
          float value = std::visit(PlainNode{graph, tensors, node, y, x, c}, node.op);
          const auto& own = node.channel_activations;
          const graph::Activation& clamp =
              own.empty() ? node.activation : own.at(static_cast<std::size_t>(c));
          if (!(value > static_cast<float>(clamp.low))) value = static_cast<float>(clamp.low);
          if (!(value < static_cast<float>(clamp.high))) value = static_cast<float>(clamp.high);
          out.push_back(value);
        }
      }
    }
    tensors.push_back(std::move(out));
  }
  return tensors;
}

}  // namespace npusim::execute
