// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/equalize.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/base/errors.h"

namespace npusim::graph {
namespace {

// f(s * x) = s * f(x) for s > 0, channel by channel.
bool is_homogeneous(const Node& node) {
  if (!node.activation.is_identity() || node.inputs.size() != 1) return false;
  if (std::holds_alternative<Pool>(node.op)) return true;
  const auto* lookup = std::get_if<Lookup>(&node.op);
  return lookup != nullptr && lookup->function == Function::leaky_relu;
}

// greatest[i] = max(greatest[i], m[i] * factor_of(i))
template <typename FactorOf>
void raise(double* greatest, const float* m, std::int64_t count, const FactorOf& factor_of) {
  for (std::int64_t i = 0; i < count; ++i) {
    const double product = static_cast<double>(m[i]) * factor_of(i);
    greatest[i] = product > greatest[i] ? product : greatest[i];
  }
}

// The greatest of 0 and m[i] * factors[i]. Places of a block are compared apart, so that the loop
// vectorizes; which product meets which does not matter to the greatest.
double greatest_product(const float* m, const double* factors, std::int64_t count) {
  constexpr std::int64_t kBlock = 64;
  std::array<double, kBlock> greatest{};
  for (std::int64_t first = 0; first < count; first += kBlock) {
    const double* of_block = factors + first;
    raise(greatest.data(), m + first, std::min(kBlock, count - first),
          [of_block](std::int64_t i) { return of_block[i]; });
  }
  return *std::max_element(greatest.begin(), greatest.end());
}

// The greatest magnitudes of a convolution's weights over its kernel's taps: of(o, i) for output
// channel o and channel i of its input tensor.
class Magnitudes {
 public:
  Magnitudes(const Conv& conv, std::int64_t tensor_channels)
      : outputs_(conv.out_channels),
        group_outputs_(conv.out_channels / conv.groups),
        inputs_(std::min(conv.in_channels / conv.groups, tensor_channels)) {
    const auto size = static_cast<std::int64_t>(conv.weights_ohwi.size());
    const std::int64_t row = size / outputs_;
    values_.resize(static_cast<std::size_t>(outputs_ * inputs_));
    for (std::int64_t k = 0; k < size; ++k) {
      // A gemm that flattens has its channels innermost, as windows have.
      float& greatest = values_[static_cast<std::size_t>(k / row * inputs_ + k % row % inputs_)];
      const float weight = std::fabs(conv.weights_ohwi[static_cast<std::size_t>(k)]);
      greatest = std::max(greatest, weight);
    }
  }

  std::int64_t outputs() const { return outputs_; }
  std::int64_t inputs() const { return inputs_; }
  const float* row(std::int64_t o) const { return values_.data() + o * inputs_; }
  /// The tensor's channel of the first value of row o.
  std::int64_t first_channel(std::int64_t o) const { return o / group_outputs_ * inputs_; }

 private:
  std::int64_t outputs_, group_outputs_, inputs_;
  std::vector<float> values_;
};

class Equalizer {
 public:
  explicit Equalizer(Graph graph) : graph_(std::move(graph)), layers_(graph_.nodes.size()) {}

  Equalization run() {
    refuse_given();
    find_links();
    Equalization result;
    result.tensors = static_cast<std::int64_t>(links_.size());
    bool moves = !links_.empty();
    for (; moves && result.sweeps < kMaxEqualizationSweeps; ++result.sweeps) {
      moves = false;
      for (std::size_t i = 0; i < links_.size(); ++i) moves = balance(i) || moves;
    }
    if (!links_.empty()) apply();
    result.graph = std::move(graph_);
    return result;
  }

 private:
  struct Link {
    std::size_t producer, reader;
  };
  // Of a convolution: the divisors of its input tensor's channels and of its output's, where they
  // have any.
  struct LayerState {
    std::optional<Magnitudes> magnitudes;
    const std::vector<double>* input = nullptr;
    const std::vector<double>* output = nullptr;
  };

  void refuse_given() const {
    for (const Node& node : graph_.nodes) {
      const auto* conv = std::get_if<Conv>(&node.op);
      if (!node.given && (conv == nullptr || !conv->given)) continue;
      throw base::InputError(base::refusal(
          "", "quantization.equalization", "true",
          "false: the model brings scales of its own, which fit its channels as they are (layer '" +
              node.name + "')"));
    }
  }

  void find_links() {
    std::vector<std::vector<std::size_t>> readers(graph_.nodes.size());
    for (std::size_t id = 0; id < graph_.nodes.size(); ++id) {
      for (const NodeId from : graph_.nodes[id].inputs) {
        readers[static_cast<std::size_t>(from)].push_back(id);
      }
    }
    const auto sole_reader = [&](std::size_t id) -> std::optional<std::size_t> {
      const auto& outputs = graph_.outputs;
      const bool is_output =
          std::find(outputs.begin(), outputs.end(), static_cast<NodeId>(id)) != outputs.end();
      if (is_output || readers[id].size() != 1) return std::nullopt;
      return readers[id].front();
    };
    for (std::size_t id = 0; id < graph_.nodes.size(); ++id) {
      if (!is_conv(id)) continue;
      auto reader = sole_reader(id);
      while (reader && is_homogeneous(graph_.nodes[*reader])) reader = sole_reader(*reader);
      if (reader && is_conv(*reader)) links_.push_back({id, *reader});
    }
    divisors_.reserve(links_.size());  // layers point at its elements
    for (const Link& link : links_) {
      const std::int64_t channels = graph_.nodes[link.producer].shape.channels;
      divisors_.emplace_back(static_cast<std::size_t>(channels), 1.0);
      live_.emplace_back(static_cast<std::size_t>(channels), true);
      layers_[link.producer].output = &divisors_.back();
      layers_[link.reader].input = &divisors_.back();
      for (const std::size_t id : {link.producer, link.reader}) {
        if (layers_[id].magnitudes) continue;
        const Node& node = graph_.nodes[id];
        layers_[id].magnitudes.emplace(std::get<Conv>(node.op),
                                       graph_.node(node.inputs[0]).shape.channels);
      }
    }
    for (std::size_t i = 0; i < links_.size(); ++i) {
      drop_dead(ranges_made(layers_[links_[i].producer]), live_[i]);
      drop_dead(ranges_read(layers_[links_[i].reader], live_[i].size()), live_[i]);
    }
  }

  static void drop_dead(const std::vector<double>& ranges, std::vector<bool>& live) {
    const double least = std::ldexp(*std::max_element(ranges.begin(), ranges.end()), -kDeadBits);
    for (std::size_t c = 0; c < live.size(); ++c) live[c] = live[c] && ranges[c] > least;
  }

  bool is_conv(std::size_t id) const { return std::holds_alternative<Conv>(graph_.nodes[id].op); }

  static double at(const std::vector<double>* divisors, std::int64_t channel) {
    return divisors == nullptr ? 1.0 : (*divisors)[static_cast<std::size_t>(channel)];
  }

  // One visit of a tensor; whether a factor was away from 1.
  bool balance(std::size_t link) {
    std::vector<double>& divisors = divisors_[link];
    const std::vector<double> made = ranges_made(layers_[links_[link].producer]);
    const std::vector<double> read = ranges_read(layers_[links_[link].reader], divisors.size());
    bool moves = false;
    for (std::size_t i = 0; i < divisors.size(); ++i) {
      if (!live_[link][i]) continue;
      const double r1 = made[i] / divisors[i];
      const double r2 = read[i] * divisors[i];
      const double factor = std::sqrt(r1 * r2) / r2;
      moves = moves || std::fabs(factor - 1) > kEqualizationTolerance;
      divisors[i] *= factor;
    }
    return moves;
  }

  // The range of each output channel's weights but for the channel's own divisor.
  static std::vector<double> ranges_made(const LayerState& layer) {
    const Magnitudes& m = *layer.magnitudes;
    std::vector<double> ranges(static_cast<std::size_t>(m.outputs()));
    const std::vector<double> ones(static_cast<std::size_t>(m.inputs()), 1.0);
    for (std::int64_t o = 0; o < m.outputs(); ++o) {
      const double* factors =
          layer.input == nullptr ? ones.data() : layer.input->data() + m.first_channel(o);
      ranges[static_cast<std::size_t>(o)] = greatest_product(m.row(o), factors, m.inputs());
    }
    return ranges;
  }

  // The range of the weights that read each channel but for the channel's own divisor.
  static std::vector<double> ranges_read(const LayerState& layer, std::size_t channels) {
    const Magnitudes& m = *layer.magnitudes;
    std::vector<double> ranges(channels);
    for (std::int64_t o = 0; o < m.outputs(); ++o) {
      const double inverse = 1 / at(layer.output, o);
      raise(ranges.data() + m.first_channel(o), m.row(o), m.inputs(),
            [inverse](std::int64_t) { return inverse; });
    }
    return ranges;
  }

  void apply() {
    for (std::size_t id = 0; id < graph_.nodes.size(); ++id) {
      if (layers_[id].magnitudes) scale(graph_.nodes[id], layers_[id]);
    }
    errors_.throw_if_any();
  }

  void scale(Node& node, const LayerState& layer) {
    auto& conv = std::get<Conv>(node.op);
    const Magnitudes& m = *layer.magnitudes;
    const auto row = static_cast<std::int64_t>(conv.weights_ohwi.size()) / m.outputs();
    for (std::int64_t o = 0; o < m.outputs(); ++o) {
      const double divisor = at(layer.output, o);
      const std::int64_t first = m.first_channel(o);
      for (std::int64_t k = 0; k < row; ++k) {
        float& weight = conv.weights_ohwi[static_cast<std::size_t>(o * row + k)];
        const double factor = at(layer.input, first + k % m.inputs());
        weight = rounded(node, o, "weight", static_cast<double>(weight) * factor / divisor);
      }
      float& bias = conv.bias[static_cast<std::size_t>(o)];
      bias = rounded(node, o, "bias", static_cast<double>(bias) / divisor);
    }
    if (layer.output != nullptr) scale_clamp(node, *layer.output);
  }

  float rounded(const Node& node, std::int64_t channel, const char* what, double value) {
    const auto result = static_cast<float>(value);
    if (!std::isfinite(result)) {
      errors_.add("layer '" + node.name + "', channel " + std::to_string(channel),
                  std::string("equalized ") + what, std::to_string(value),
                  "within the range of float");
    }
    return result;
  }

  // ReLU, and no clamp at all, are the same for every channel.
  static void scale_clamp(Node& node, const std::vector<double>& divisors) {
    const Activation before = node.activation;
    const auto is_kept = [](double limit) { return limit == 0 || std::isinf(limit); };
    if (is_kept(before.low) && is_kept(before.high)) return;
    for (const double divisor : divisors) {
      node.channel_activations.push_back({before.low / divisor, before.high / divisor});
    }
    node.activation = node.channel_activations.front();
    for (const Activation& own : node.channel_activations) {
      node.activation.low = std::min(node.activation.low, own.low);
      node.activation.high = std::max(node.activation.high, own.high);
    }
  }

  Graph graph_;
  std::vector<Link> links_;
  std::vector<std::vector<double>> divisors_;  // by link: of the tensor's channels
  std::vector<std::vector<bool>> live_;        // by link: the tensor's channels
  std::vector<LayerState> layers_;             // by node
  base::ErrorList errors_;
};

}  // namespace

Equalization equalize(Graph graph) { return Equalizer(std::move(graph)).run(); }

}  // namespace npusim::graph
