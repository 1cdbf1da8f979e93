// SPDX-License-Identifier: Apache-2.0
#include "sim/config/topology_layer.h"

#include <algorithm>

namespace npusim::config {
namespace {

const IntegerRule kExtent = {1, kMaxTopologyExtent};
const IntegerRule kPad = {0, kMaxTopologyExtent};

// In the order of ActivationKind.
const std::vector<std::string> kActivations = {"none",         "relu",       "relu6", "sigmoid",
                                               "hard_sigmoid", "hard_swish", "silu"};
// In the order of LayerKind behind `input`; activations follow.
const std::vector<std::string> kOperators = {"conv", "depthwise", "gemm",  "pool",
                                             "add",  "mul",       "concat"};

std::optional<std::int64_t> integer_of(const YamlNode& node, const IntegerRule& rule) {
  if (node.kind != YamlNode::Kind::scalar || node.quoted) return std::nullopt;
  const auto number = parse_integer(node.text);
  return number && rule.accepts(*number) ? number : std::nullopt;
}

/// `key: N` for both directions, or `key: [height, width]`.
TopologyExtent extent(YamlMap& map, const std::string& key, const TopologyExtent& fallback) {
  const YamlNode* node = map.find(key);
  if (node == nullptr) return fallback;
  if (const auto both = integer_of(*node, kExtent)) return {*both, *both};
  if (node->kind == YamlNode::Kind::list && node->items.size() == 2) {
    const auto height = integer_of(node->items[0], kExtent);
    const auto width = integer_of(node->items[1], kExtent);
    if (height && width) return {*height, *width};
    map.refuse(node->items[height ? 1 : 0], key + (height ? "[1]" : "[0]"), kExtent.text());
    return fallback;
  }
  map.refuse(*node, key, kExtent.text() + ", or a list of two: [height, width]");
  return fallback;
}

void read_pad(YamlMap& map, TopologyWindow& window) {
  const YamlNode* node = map.find("pad");
  const bool is_scalar = node != nullptr && node->kind == YamlNode::Kind::scalar;
  if (node == nullptr || (is_scalar && node->text == "same")) {
    window.same = true;
    return;
  }
  if (is_scalar && node->text == "valid") return;
  if (const auto all = integer_of(*node, kPad)) {
    window.pads.fill(*all);
    return;
  }
  if (node->kind == YamlNode::Kind::list && node->items.size() == window.pads.size()) {
    for (std::size_t i = 0; i < window.pads.size(); ++i) {
      const auto pad = integer_of(node->items[i], kPad);
      if (pad) window.pads[i] = *pad;
      if (!pad) map.refuse(node->items[i], "pad[" + std::to_string(i) + ']', kPad.text());
    }
    return;
  }
  map.refuse(*node, "pad",
             "same, valid, " + kPad.text() + ", or a list of four: [top, left, bottom, right]");
}

void read_window(YamlMap& map, TopologyLayer& layer, const TopologyExtent* default_stride) {
  layer.window.kernel = extent(map, "kernel", layer.window.kernel);
  layer.window.stride = extent(map, "stride", default_stride ? *default_stride : TopologyExtent());
  read_pad(map, layer.window);
}

void read_pool(YamlMap& map, TopologyLayer& layer) {
  layer.is_max = map.choice("kind", {"max", "average"}) == 0;
  layer.is_global = map.boolean("global", false);
  if (layer.is_global) {
    for (const char* key : {"kernel", "stride", "pad", "count_padding"}) {
      const YamlNode* node = map.find(key);
      if (node != nullptr) map.refuse(*node, key, "left out of a global pooling");
    }
    return;
  }
  map.require("kernel", kExtent.text());
  const TopologyExtent kernel = extent(map, "kernel", {});
  read_window(map, layer, &kernel);
  if (!layer.is_max) layer.counts_padding = map.boolean("count_padding", false);
}

void read_conv(YamlMap& map, TopologyLayer& layer) {
  if (layer.kind == LayerKind::conv) {
    layer.channels = map.integer("channels", kExtent);
    layer.groups = map.integer("groups", kExtent, 1);
  }
  map.require("kernel", kExtent.text());
  read_window(map, layer, nullptr);
  layer.window.dilation = extent(map, "dilation", {});
}

ActivationKind read_activation(YamlMap& map) {
  return static_cast<ActivationKind>(map.choice("activation", kActivations, 0));
}

}  // namespace

const std::vector<std::string>& layer_kind_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all = kOperators;
    all.insert(all.end(), kActivations.begin() + 1, kActivations.end());
    return all;
  }();
  return names;
}

std::string kind_name(const TopologyLayer& layer) {
  if (layer.kind == LayerKind::input) return "input";
  if (layer.kind == LayerKind::activation) return activation_name(layer.activation);
  return kOperators.at(static_cast<std::size_t>(layer.kind) - 1);
}

std::string activation_name(ActivationKind kind) {
  return kActivations.at(static_cast<std::size_t>(kind));
}

bool is_lookup(ActivationKind kind) { return kind > ActivationKind::relu6; }

TopologyLayer read_layer(const std::string& name, YamlMap& parameters) {
  TopologyLayer layer;
  const auto found = std::find(kOperators.begin(), kOperators.end(), name);
  if (found == kOperators.end()) {
    layer.kind = LayerKind::activation;
    const auto kind = std::find(kActivations.begin(), kActivations.end(), name);
    layer.activation = static_cast<ActivationKind>(kind - kActivations.begin());
    return layer;
  }
  layer.kind = static_cast<LayerKind>(found - kOperators.begin() + 1);
  if (layer.kind == LayerKind::conv || layer.kind == LayerKind::depthwise) {
    read_conv(parameters, layer);
    layer.has_bias = parameters.boolean("bias", true);
  } else if (layer.kind == LayerKind::gemm) {
    layer.channels = parameters.integer("channels", kExtent);
    layer.has_bias = parameters.boolean("bias", true);
  } else if (layer.kind == LayerKind::pool) {
    read_pool(parameters, layer);
  }
  layer.activation = read_activation(parameters);
  return layer;
}

TopologyLayer read_input_layer(YamlMap& input) {
  TopologyLayer layer;
  layer.kind = LayerKind::input;
  layer.name = "input";
  layer.input.height = input.integer("height", kExtent, 1);
  layer.input.width = input.integer("width", kExtent, 1);
  layer.channels = input.integer("channels", kExtent);
  return layer;
}

}  // namespace npusim::config
