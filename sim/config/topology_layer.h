// SPDX-License-Identifier: Apache-2.0
// One layer of a topology from its mapping of parameters.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/config/topology_config.h"
#include "sim/config/yaml_reader.h"

namespace npusim::config {

/// The kinds of layer that a file may name: conv, depthwise, gemm, pool, add, mul, concat, and
/// every activation but none.
const std::vector<std::string>& layer_kind_names();
/// What layers without a name are called after: "conv", "depthwise", ..., "hard_swish".
std::string kind_name(const TopologyLayer& layer);
std::string activation_name(ActivationKind kind);

/// Activations that are a layer of their own (a table), where relu and relu6 are limits of the
/// layer before.
bool is_lookup(ActivationKind kind);

/// Reads the parameters of a layer of kind `name` (one of layer_kind_names()); not its name, nor
/// what it reads.
TopologyLayer read_layer(const std::string& name, YamlMap& parameters);

/// `height`, `width` (1 where left out) and `channels` of the network's input.
TopologyLayer read_input_layer(YamlMap& input);

}  // namespace npusim::config
