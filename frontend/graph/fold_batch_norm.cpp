// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>

#include "frontend/graph/affine.h"
#include "frontend/graph/passes.h"
#include "frontend/graph/rewrite.h"
#include "sim/base/errors.h"

namespace npusim::graph {
namespace {

std::vector<Line> lines_of(const BatchNorm& norm) {
  std::vector<Line> lines;
  for (std::size_t c = 0; c < norm.gamma.size(); ++c) lines.push_back(line_of(norm, c));
  return lines;
}

[[noreturn]] void refuse_factor(const std::string& name, std::size_t c, double a,
                                const char* must_be) {
  throw base::InputError(base::refusal("node '" + name + "' (batch_norm)",
                                       "factor of channel " + std::to_string(c),
                                       std::to_string(a) + " behind quantized weights", must_be));
}

// The codes stay and the scale takes the factor; a negative one turns the codes' signs.
void fold_given(GivenWeights& given, const BatchNorm& norm, const std::string& name) {
  const std::size_t channels = norm.gamma.size();
  const std::size_t per_channel = given.codes_ohwi.size() / channels;
  if (given.scales.size() == 1) given.scales.assign(channels, given.scales.front());
  for (std::size_t c = 0; c < channels; ++c) {
    const double a = line_of(norm, c).scale;
    std::int8_t* codes = given.codes_ohwi.data() + c * per_channel;
    if (a == 0) {
      std::fill_n(codes, per_channel, static_cast<std::int8_t>(given.zero_point));
      continue;
    }
    if (a < 0) {
      if (given.zero_point != 0) refuse_factor(name, c, a, "above 0 for a zero point other than 0");
      if (std::count(codes, codes + per_channel, -128) > 0) {
        refuse_factor(name, c, a, "above 0 where a weight's code is -128");
      }
      for (std::size_t k = 0; k < per_channel; ++k) codes[k] = static_cast<std::int8_t>(-codes[k]);
    }
    given.scales[c] *= a < 0 ? -a : a;
    if (!(given.scales[c] > 0) || std::isinf(given.scales[c])) {
      refuse_factor(name, c, a, "of a size that leaves the weight scale finite and above 0");
    }
  }
  given.bias_codes.clear();
  given.bias_scales.clear();
}

// All of `conv` in place, for each output channel.
void fold_into(Conv& conv, const BatchNorm& norm, const std::string& name) {
  if (conv.given) fold_given(*conv.given, norm, name);
  const std::size_t channels = norm.gamma.size();
  const std::size_t per_channel = conv.weights_ohwi.size() / channels;
  for (std::size_t c = 0; c < channels; ++c) {
    const double a = line_of(norm, c).scale;
    for (std::size_t k = c * per_channel; k < (c + 1) * per_channel; ++k) {
      conv.weights_ohwi[k] =
          rounded(static_cast<double>(conv.weights_ohwi[k]) * a, name, "weight", c);
    }
    const double centred = static_cast<double>(norm.mean[c]) - static_cast<double>(conv.bias[c]);
    conv.bias[c] = rounded(static_cast<double>(norm.beta[c]) - centred * a, name, "bias", c);
  }
}

// The same, of what the convolution reads. A gemm's inputs repeat the channels for each position.
void fold_into_inputs(Conv& conv, const BatchNorm& norm, const std::string& name) {
  const std::vector<Line> lines = lines_of(norm);
  const auto group_in = static_cast<std::size_t>(conv.in_channels / conv.groups);
  const auto group_out = static_cast<std::size_t>(conv.out_channels / conv.groups);
  const auto out_channels = static_cast<std::size_t>(conv.out_channels);
  const std::size_t per_channel = conv.weights_ohwi.size() / out_channels;
  for (std::size_t o = 0; o < out_channels; ++o) {
    auto bias = static_cast<double>(conv.bias[o]);
    for (std::size_t k = 0; k < per_channel; ++k) {
      const Line& line = lines[(o / group_out * group_in + k % group_in) % lines.size()];
      float& weight = conv.weights_ohwi[o * per_channel + k];
      bias += static_cast<double>(weight) * line.offset;
      weight = rounded(static_cast<double>(weight) * line.scale, name, "weight", o);
    }
    conv.bias[o] = rounded(bias, name, "bias", o);
  }
}

// The BatchNorm moves its scale past the zeros of a padding, but not its offset.
bool may_fold_into_inputs(const Conv& conv, const BatchNorm& norm) {
  if (!conv.window.has_pads()) return true;
  const std::vector<Line> lines = lines_of(norm);
  return std::all_of(lines.begin(), lines.end(), [](const Line& line) { return line.offset == 0; });
}

// Only a layer can be an output, so an input keeps what reads it.
bool is_input(const Node& node) { return std::holds_alternative<Input>(node.op); }

bool is_identity(const Node& node) {
  const auto* norm = std::get_if<BatchNorm>(&node.op);
  if (norm == nullptr || !node.activation.is_identity()) return false;
  const std::vector<Line> lines = lines_of(*norm);
  return std::all_of(lines.begin(), lines.end(),
                     [](const Line& line) { return line.scale == 1 && line.offset == 0; });
}

// Into the Conv or BatchNorm before, where nothing else reads that one's result.
Graph fold_backward(Graph graph) {
  Rewriter rewriter(std::move(graph));
  for (NodeId id = 0; id < rewriter.size(); ++id) {
    Node& node = rewriter.visit(id);
    const auto* norm = std::get_if<BatchNorm>(&node.op);
    if (norm == nullptr) continue;
    const NodeId producer_id = node.inputs.front();
    Node& producer = rewriter.node(producer_id);
    if (!producer.activation.is_identity() || !rewriter.may_vanish(producer_id)) continue;
    if (auto* conv = std::get_if<Conv>(&producer.op)) {
      fold_into(*conv, *norm, node.name);
    } else if (auto* first = std::get_if<BatchNorm>(&producer.op)) {
      std::vector<Line> lines = lines_of(*first);
      for (std::size_t c = 0; c < lines.size(); ++c) {
        const Line second = line_of(*norm, c);
        lines[c] = {lines[c].scale * second.scale, lines[c].offset * second.scale + second.offset};
      }
      *first = affine_norm(lines, node.name);
    } else {
      continue;
    }
    producer.activation = node.activation;
    producer.given = node.given;
    rewriter.replace(id, producer_id);
  }
  return rewriter.finish();
}

// What is left: into the Conv that reads it, or a Conv of its own.
Graph fold_forward(Graph graph) {
  Rewriter rewriter(std::move(graph));
  for (NodeId id = 0; id < rewriter.size(); ++id) {
    Node& node = rewriter.visit(id);
    if (is_identity(node) && !is_input(rewriter.node(node.inputs.front())) &&
        rewriter.pass_quantization_to(node.inputs.front(), node)) {
      rewriter.replace(id, node.inputs.front());
    }
    auto* conv = std::get_if<Conv>(&node.op);
    if (conv == nullptr || conv->given) continue;
    const NodeId norm_id = node.inputs.front();
    const Node& before = rewriter.node(norm_id);
    const auto* norm = std::get_if<BatchNorm>(&before.op);
    if (norm == nullptr || !before.activation.is_identity() || !rewriter.may_vanish(norm_id) ||
        !may_fold_into_inputs(*conv, *norm)) {
      continue;
    }
    fold_into_inputs(*conv, *norm, before.name);
    node.inputs.front() = before.inputs.front();
    rewriter.move_reader(norm_id, node.inputs.front());
  }
  graph = rewriter.finish();
  for (Node& node : graph.nodes) {
    const auto* norm = std::get_if<BatchNorm>(&node.op);
    if (norm == nullptr) continue;
    Conv own = identity_conv(node.shape.channels);
    fold_into(own, *norm, node.name);
    node.op = std::move(own);
  }
  return graph;
}

}  // namespace

Graph fold_batch_norm(Graph graph) { return fold_forward(fold_backward(std::move(graph))); }

}  // namespace npusim::graph
