// SPDX-License-Identifier: Apache-2.0
#include "tests/support/naive_graph.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace npusim::test {
namespace {

using graph::Shape;
using Tensor = std::vector<double>;

std::size_t at(const Shape& s, std::int64_t y, std::int64_t x, std::int64_t c) {
  return static_cast<std::size_t>((y * s.width + x) * s.channels + c);
}

// Calls cell(i, j, row, column) for each tap of the window at output (y, x).
template <typename Cell>
void for_each_tap(const graph::Window& w, std::int64_t y, std::int64_t x, Cell cell) {
  for (std::int64_t i = 0; i < w.kernel_h; ++i) {
    for (std::int64_t j = 0; j < w.kernel_w; ++j) {
      cell(i, j, y * w.stride_h - w.pad_top + i * w.dilation_h,
           x * w.stride_w - w.pad_left + j * w.dilation_w);
    }
  }
}

template <typename Value>
Tensor for_each_element(const Shape& shape, Value value) {
  Tensor result;
  for (std::int64_t y = 0; y < shape.height; ++y) {
    for (std::int64_t x = 0; x < shape.width; ++x) {
      for (std::int64_t c = 0; c < shape.channels; ++c) result.push_back(value(y, x, c));
    }
  }
  return result;
}

// By the C library, other than the tables.
double evaluated(const graph::Lookup& lookup, double x) {
  const double sigmoid = 1 / (1 + std::exp(-x));
  switch (lookup.function) {
    case graph::Function::hard_sigmoid:
      return std::min(1.0, std::max(0.0, lookup.alpha * x + lookup.beta));
    case graph::Function::hard_swish:
      return x * std::min(6.0, std::max(0.0, x + 3)) / 6;
    case graph::Function::sigmoid:
      return sigmoid;
    case graph::Function::silu:
      return x * sigmoid;
    case graph::Function::leaky_relu:
      return std::max(x, 0.0) + lookup.alpha * std::min(x, 0.0);
    case graph::Function::elu:
      return x < 0 ? lookup.alpha * std::expm1(x) : lookup.beta * x;
    case graph::Function::tanh:
      return std::tanh(x);
    case graph::Function::softplus:
      return std::log1p(std::exp(x));
    case graph::Function::mish:
      return x * std::tanh(std::log1p(std::exp(x)));
    case graph::Function::identity:
      return x;
  }
  throw std::logic_error("evaluate_naively: got a function that is not known here");
}

struct Evaluator {
  const graph::Node& node;
  const std::vector<const Tensor*>& in;
  const std::vector<Shape>& in_shapes;

  bool is_inside(std::int64_t row, std::int64_t column) const {
    return row >= 0 && row < in_shapes[0].height && column >= 0 && column < in_shapes[0].width;
  }

  Tensor operator()(const graph::Input&) const { return *in[0]; }
  Tensor operator()(const graph::Conv& conv) const {
    Shape source = in_shapes[0];
    if (conv.kind == graph::ConvKind::gemm) source = {1, 1, source.elements()};
    const std::int64_t group_in = conv.in_channels / conv.groups;
    const std::int64_t group_out = conv.out_channels / conv.groups;
    const graph::Window& w = conv.window;
    return for_each_element(node.shape, [&](std::int64_t y, std::int64_t x, std::int64_t o) {
      double sum = static_cast<double>(conv.bias[static_cast<std::size_t>(o)]);
      for_each_tap(
          w, y, x, [&](std::int64_t i, std::int64_t j, std::int64_t row, std::int64_t col) {
            if (row < 0 || row >= source.height || col < 0 || col >= source.width) return;
            for (std::int64_t c = 0; c < group_in; ++c) {
              const std::int64_t k = ((o * w.kernel_h + i) * w.kernel_w + j) * group_in + c;
              sum += static_cast<double>(conv.weights_ohwi[static_cast<std::size_t>(k)]) *
                     (*in[0])[at(source, row, col, o / group_out * group_in + c)];
            }
          });
      return sum;
    });
  }
  Tensor operator()(const graph::BatchNorm& n) const {
    return for_each_element(node.shape, [&](std::int64_t y, std::int64_t x, std::int64_t channel) {
      const auto c = static_cast<std::size_t>(channel);
      const double value = (*in[0])[at(node.shape, y, x, channel)] - static_cast<double>(n.mean[c]);
      return static_cast<double>(n.gamma[c]) * value /
                 std::sqrt(static_cast<double>(n.variance[c]) + n.epsilon) +
             static_cast<double>(n.beta[c]);
    });
  }
  Tensor operator()(const graph::Clamp&) const { return *in[0]; }
  Tensor operator()(const graph::Pad& pad) const {
    return for_each_element(node.shape, [&](std::int64_t y, std::int64_t x, std::int64_t c) {
      const bool inside = is_inside(y - pad.top, x - pad.left);
      return inside ? (*in[0])[at(in_shapes[0], y - pad.top, x - pad.left, c)] : pad.value;
    });
  }
  Tensor operator()(const graph::Add&) const {
    Tensor sum = *in[0];
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += (*in[1])[i];
    return sum;
  }
  Tensor operator()(const graph::Mul&) const {
    return for_each_element(node.shape, [&](std::int64_t y, std::int64_t x, std::int64_t c) {
      const bool broadcast = in_shapes[1] != node.shape;
      const std::size_t second = broadcast ? static_cast<std::size_t>(c) : at(node.shape, y, x, c);
      return (*in[0])[at(node.shape, y, x, c)] * (*in[1])[second];
    });
  }
  Tensor operator()(const graph::Concat&) const {
    return for_each_element(node.shape, [&](std::int64_t y, std::int64_t x, std::int64_t c) {
      std::size_t i = 0;
      while (c >= in_shapes[i].channels) c -= in_shapes[i++].channels;
      return (*in[i])[at(in_shapes[i], y, x, c)];
    });
  }
  Tensor operator()(const graph::Pool& pool) const {
    const bool is_max = pool.kind == graph::PoolKind::max;
    const graph::Window& w = pool.window;
    return for_each_element(node.shape, [&](std::int64_t y, std::int64_t x, std::int64_t c) {
      double result = is_max ? -std::numeric_limits<double>::infinity() : 0.0;
      double cells = 0;
      for_each_tap(w, y, x, [&](std::int64_t, std::int64_t, std::int64_t row, std::int64_t col) {
        const bool inside = is_inside(row, col);
        if (inside || pool.count_include_pad) cells += 1;
        if (!inside) return;
        const double value = (*in[0])[at(in_shapes[0], row, col, c)];
        result = is_max ? std::max(result, value) : result + value;
      });
      return is_max ? result : result / cells;
    });
  }
  Tensor operator()(const graph::Lookup& lookup) const {
    Tensor result = *in[0];
    for (double& value : result) value = evaluated(lookup, value);
    return result;
  }
};

}  // namespace

std::vector<Tensor> evaluate_naively(const graph::Graph& graph, const Tensor& input_hwc) {
  std::vector<Tensor> tensors;
  tensors.reserve(graph.nodes.size());
  for (const graph::Node& node : graph.nodes) {
    std::vector<const Tensor*> in;
    std::vector<Shape> shapes;
    for (const graph::NodeId id : node.inputs) {
      in.push_back(&tensors.at(static_cast<std::size_t>(id)));
      shapes.push_back(graph.node(id).shape);
    }
    if (std::holds_alternative<graph::Input>(node.op)) in.push_back(&input_hwc);
    Tensor result = std::visit(Evaluator{node, in, shapes}, node.op);
    for (std::size_t i = 0; i < result.size(); ++i) {
      const auto& own = node.channel_activations;
      const graph::Activation& clamp = own.empty() ? node.activation : own[i % own.size()];
      result[i] = std::min(std::max(result[i], clamp.low), clamp.high);
    }
    tensors.push_back(std::move(result));
  }
  return tensors;
}

Tensor first_output(const graph::Graph& graph, const Tensor& input_hwc) {
  return evaluate_naively(graph, input_hwc).at(static_cast<std::size_t>(graph.outputs.at(0)));
}

std::vector<float> random_floats(std::size_t count, std::uint64_t seed) {
  std::vector<float> values;
  values.reserve(count);
  std::uint64_t state = seed * 0x9E3779B97F4A7C15U + 0x2545F4914F6CDD1DU;
  while (values.size() < count) {
    state ^= state << 13U;
    state ^= state >> 7U;
    state ^= state << 17U;
    values.push_back(static_cast<float>(state >> 40U) * 0x1p-23F - 1.0F);
  }
  return values;
}

}  // namespace npusim::test
