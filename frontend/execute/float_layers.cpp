// SPDX-License-Identifier: Apache-2.0
#include "frontend/execute/float_layers.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>
#include <vector>

#include "frontend/execute/float_kernels.h"
#include "frontend/execute/pool_cells.h"
#include "frontend/graph/lookup_function.h"

namespace npusim::execute {
namespace {

using FloatLayerPointer = std::unique_ptr<const Layer<float>>;

struct Limits {
  float low, high;
};

Limits limits_of(const graph::Node& node) {
  return {static_cast<float>(node.activation.low), static_cast<float>(node.activation.high)};
}

// What needs no preparation beyond a few numbers: a function of inputs and output.
class SimpleLayer : public Layer<float> {
 public:
  using Function = std::function<void(const float* const* inputs, float* out)>;
  explicit SimpleLayer(Function function) : function_(std::move(function)) {}
  void run(const float* const* inputs, float* out, Scratch<float>& /*scratch*/) const override {
    function_(inputs, out);
  }

 private:
  Function function_;
};

// The largest real cell, or the sum of the real cells in window order divided by the divisor.
class FloatPool : public Layer<float> {
 public:
  FloatPool(const graph::Pool& pool, const Geometry& geometry, Limits limits)
      : pool_(pool), geometry_(geometry), limits_(limits) {}

  void run(const float* const* inputs, float* out, Scratch<float>& scratch) const override {
    const float** cells = grown(scratch.taps, geometry_.taps());
    const std::int64_t channels = geometry_.out.channels;
    for (std::int64_t pixel = 0; pixel < geometry_.pixels(); ++pixel, out += channels) {
      const std::int64_t count = real_cells(inputs[0], geometry_, pixel, cells);
      if (pool_.kind == graph::PoolKind::max) {
        maximum(cells, count, out);
      } else {
        average(cells, count, pool_.count_include_pad ? geometry_.taps() : count, out);
      }
      for (std::int64_t c = 0; c < channels; ++c) {
        out[c] = clamped(out[c], limits_.low, limits_.high);
      }
    }
  }

 private:
  void maximum(const float* const* cells, std::int64_t count, float* out) const {
    const std::int64_t channels = geometry_.out.channels;
    std::copy_n(cells[0], channels, out);
    for (std::int64_t i = 1; i < count; ++i) {
      for (std::int64_t c = 0; c < channels; ++c) {
        out[c] = cells[i][c] > out[c] ? cells[i][c] : out[c];
      }
    }
  }

  void average(const float* const* cells, std::int64_t count, std::int64_t divisor,
               float* out) const {
    const std::int64_t channels = geometry_.out.channels;
    std::fill_n(out, channels, 0.0F);
    for (std::int64_t i = 0; i < count; ++i) {
      for (std::int64_t c = 0; c < channels; ++c) out[c] += cells[i][c];
    }
    for (std::int64_t c = 0; c < channels; ++c) out[c] /= static_cast<float>(divisor);
  }

  graph::Pool pool_;
  Geometry geometry_;
  Limits limits_;
};

// out[i] = clamp(f(a[i], b[i])); b may be one pixel for all.
template <class Function>
FloatLayerPointer binary(const graph::Graph& graph, const graph::Node& node, Function function) {
  const graph::Shape shape = node.shape;
  const bool broadcast = graph.node(node.inputs[1]).shape != shape;
  const Limits limits = limits_of(node);
  return std::make_unique<SimpleLayer>([=](const float* const* inputs, float* out) {
    const float* a = inputs[0];
    const float* b = inputs[1];
    for (std::int64_t i = 0; i < shape.elements(); i += shape.channels) {
      const float* other = broadcast ? b : b + i;
      for (std::int64_t c = 0; c < shape.channels; ++c) {
        out[i + c] = clamped(function(a[i + c], other[c]), limits.low, limits.high);
      }
    }
  });
}

// out[i] = clamp(f(x[i], channel))
template <class Function>
FloatLayerPointer unary(const graph::Node& node, Function function) {
  const graph::Shape shape = node.shape;
  const Limits limits = limits_of(node);
  return std::make_unique<SimpleLayer>([=](const float* const* inputs, float* out) {
    for (std::int64_t i = 0; i < shape.elements(); i += shape.channels) {
      for (std::int64_t c = 0; c < shape.channels; ++c) {
        out[i + c] = clamped(function(inputs[0][i + c], static_cast<std::size_t>(c)), limits.low,
                             limits.high);
      }
    }
  });
}

FloatLayerPointer batch_norm(const graph::Node& node, const graph::BatchNorm& norm) {
  std::vector<double> factors(norm.gamma.size());
  for (std::size_t c = 0; c < factors.size(); ++c) {
    factors[c] = norm.gamma[c] / std::sqrt(norm.variance[c] + norm.epsilon);
  }
  return unary(node, [norm, factors](float x, std::size_t c) {
    const double centred = static_cast<double>(x) - static_cast<double>(norm.mean[c]);
    return static_cast<float>(centred * factors[c] + static_cast<double>(norm.beta[c]));
  });
}

FloatLayerPointer concat(const graph::Graph& graph, const graph::Node& node) {
  std::vector<std::int64_t> channels;
  for (const graph::NodeId id : node.inputs) channels.push_back(graph.node(id).shape.channels);
  const std::int64_t pixels = node.shape.height * node.shape.width;
  const Limits limits = limits_of(node);
  return std::make_unique<SimpleLayer>([=](const float* const* inputs, float* out) {
    for (std::int64_t pixel = 0; pixel < pixels; ++pixel) {
      for (std::size_t i = 0; i < channels.size(); ++i) {
        const float* from = inputs[i] + pixel * channels[i];
        for (std::int64_t c = 0; c < channels[i]; ++c) {
          *out++ = clamped(from[c], limits.low, limits.high);
        }
      }
    }
  });
}

FloatLayerPointer pad(const graph::Graph& graph, const graph::Node& node, const graph::Pad& pad) {
  const graph::Shape in = graph.node(node.inputs[0]).shape;
  const graph::Shape out_shape = node.shape;
  const Limits limits = limits_of(node);
  return std::make_unique<SimpleLayer>([=](const float* const* inputs, float* out) {
    for (std::int64_t y = 0; y < out_shape.height; ++y) {
      for (std::int64_t x = 0; x < out_shape.width; ++x) {
        const std::int64_t row = y - pad.top;
        const std::int64_t column = x - pad.left;
        const bool real = row >= 0 && row < in.height && column >= 0 && column < in.width;
        for (std::int64_t c = 0; c < in.channels; ++c) {
          const float value = real ? inputs[0][(row * in.width + column) * in.channels + c]
                                   : static_cast<float>(pad.value);
          *out++ = clamped(value, limits.low, limits.high);
        }
      }
    }
  });
}

struct FloatLayerMaker {
  const graph::Graph& graph;
  const graph::Node& node;

  FloatLayerPointer operator()(const graph::Input&) const {
    throw base::InternalError("node '" + node.name + "': an input has no layer");
  }
  FloatLayerPointer operator()(const graph::Conv&) const { return make_float_conv(graph, node); }
  FloatLayerPointer operator()(const graph::BatchNorm& norm) const {
    return batch_norm(node, norm);
  }
  FloatLayerPointer operator()(const graph::Clamp&) const {
    return unary(node, [](float x, std::size_t) { return x; });
  }
  FloatLayerPointer operator()(const graph::Pad& op) const { return pad(graph, node, op); }
  FloatLayerPointer operator()(const graph::Add&) const {
    return binary(graph, node, [](float a, float b) { return a + b; });
  }
  FloatLayerPointer operator()(const graph::Mul&) const {
    return binary(graph, node, [](float a, float b) { return a * b; });
  }
  FloatLayerPointer operator()(const graph::Concat&) const { return concat(graph, node); }
  FloatLayerPointer operator()(const graph::Pool& pool) const {
    const Geometry geometry{graph.node(node.inputs[0]).shape, node.shape, pool.window};
    return std::make_unique<FloatPool>(pool, geometry, limits_of(node));
  }
  FloatLayerPointer operator()(const graph::Lookup& lookup) const {
    return unary(node, [lookup](float x, std::size_t) {
      return static_cast<float>(graph::evaluate(lookup, x));
    });
  }
};

}  // namespace

FloatLayerPointer make_float_layer(const graph::Graph& graph, graph::NodeId id) {
  const graph::Node& node = graph.node(id);
  return std::visit(FloatLayerMaker{graph, node}, node.op);
}

}  // namespace npusim::execute
