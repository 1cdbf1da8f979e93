// SPDX-License-Identifier: Apache-2.0
#include "sim/config/topology_reader.h"

#include <algorithm>
#include <map>
#include <set>

#include "sim/base/nearest.h"
#include "sim/config/topology_blocks.h"
#include "sim/config/topology_layer.h"
#include "sim/config/yaml_reader.h"

namespace npusim::config {
namespace {

constexpr std::size_t kMaxOperands = 64;  // of a concat
constexpr char kLayerForm[] = "a layer: KIND or {KIND: {PARAMETERS}}";

/// The names that one list of layers can refer to: its own, and the tensor that enters it.
struct Scope {
  std::string prefix;  // of the names of its layers: "" or "INSTANCE/"
  std::map<std::string, std::size_t> names;
  std::map<std::string, std::int64_t> unnamed;       // how many by kind
  std::map<std::string, const YamlNode*> arguments;  // of the block instance
  bool is_block = false;
};

/// One entry of a list of layers, taken apart.
struct Item {
  std::string kind;
  YamlNode parameters;  // a mapping, arguments put in
  std::string place;
};

class Expander {
 public:
  Expander(const BlockTable& blocks, base::ErrorList& errors) : blocks_(blocks), errors_(errors) {}

  std::vector<TopologyLayer> expand(const TopologyLayer& input, const YamlNode& list) {
    layers_ = {input};
    Scope scope;
    scope.names["input"] = 0;
    expand_list(list, "model.layers", scope, 0);
    if (too_many_) {
      refuse(list, "model.layers",
             "more than " + std::to_string(kMaxTopologyLayers) + " layers, blocks expanded",
             "at most " + std::to_string(kMaxTopologyLayers), errors_);
    }
    return std::move(layers_);
  }

 private:
  std::size_t expand_list(const YamlNode& list, const std::string& path, Scope& scope,
                          std::size_t current) {
    for (std::size_t i = 0; i < list.items.size() && !too_many_; ++i) {
      const std::string item_path = path + '[' + std::to_string(i) + ']';
      const auto item = take_apart(list.items[i], item_path, scope);
      if (item) current = expand_item(*item, item_path + '.' + item->kind, scope, current);
    }
    return current;
  }

  std::optional<Item> take_apart(const YamlNode& node, const std::string& path,
                                 const Scope& scope) {
    Item item;
    item.place = node.place;
    item.parameters.kind = YamlNode::Kind::mapping;
    item.parameters.place = node.place;
    item.parameters.from_flag = node.from_flag;
    if (node.kind == YamlNode::Kind::scalar) {
      item.kind = node.text;
    } else if (node.kind == YamlNode::Kind::mapping && node.entries.size() == 1) {
      const YamlEntry& entry = node.entries.front();
      item.kind = entry.key;
      item.place = entry.place;
      if (entry.value.kind != YamlNode::Kind::null)
        item.parameters = with_arguments(entry.value, path + '.' + item.kind, scope);
    } else {
      const std::string got = node.kind == YamlNode::Kind::mapping
                                  ? "a mapping of " + std::to_string(node.entries.size()) + " keys"
                                  : describe(node);
      refuse(node, path, got, kLayerForm, errors_);
      return std::nullopt;
    }
    if (blocks_.find(item.kind) != nullptr || is_layer_kind(item.kind)) return item;
    refuse_kind(node, path, item.kind);
    return std::nullopt;
  }

  void refuse_kind(const YamlNode& node, const std::string& path, const std::string& kind) {
    std::vector<std::string> known = layer_kind_names();
    for (const std::string& name : blocks_.names()) known.push_back(name);
    YamlNode at = node;  // the error is at the key
    if (!node.entries.empty()) at.place = node.entries.front().place;
    refuse(at, path, kind.empty() ? "an empty kind" : kind,
           list_choices(known) + base::did_you_mean(kind, known), errors_);
  }

  /// A copy in which every `$name` is the argument of that name.
  YamlNode with_arguments(const YamlNode& node, const std::string& path, const Scope& scope) {
    if (const auto parameter = parameter_name(node)) {
      const auto argument = scope.arguments.find(*parameter);
      if (argument != scope.arguments.end()) return *argument->second;
      refuse(node, path, node.text, "a value; parameters exist in blocks only", errors_);
      return node;
    }
    YamlNode copy = node;
    for (YamlNode& item : copy.items) item = with_arguments(item, path, scope);
    for (YamlEntry& entry : copy.entries)
      entry.value = with_arguments(entry.value, path + '.' + entry.key, scope);
    return copy;
  }

  std::size_t expand_item(const Item& item, const std::string& path, Scope& scope,
                          std::size_t current) {
    YamlMap parameters(item.parameters, path, errors_);
    if (!parameters.is_mapping()) return current;
    const std::size_t errors_before = errors_.messages().size();
    const std::string name = read_name(parameters, scope);
    const std::int64_t repeat = parameters.integer("repeat", {1, kMaxTopologyLayers}, 1);
    if (const YamlNode* from = parameters.find("from"))
      current = tensor_named(*from, "from", parameters, scope).value_or(current);
    for (std::int64_t i = 1; i <= repeat && !too_many_; ++i) {
      std::string instance = name;
      if (name.empty()) instance = next_name(item.kind, scope);
      if (!name.empty() && repeat > 1) instance += '_' + std::to_string(i);
      current = blocks_.find(item.kind) != nullptr
                    ? expand_block(item, parameters, instance, scope, current)
                    : add_layer(item, parameters, instance, scope, current);
      // The other instances would say the same.
      if (errors_.messages().size() != errors_before) break;
    }
    if (!name.empty()) scope.names[name] = current;
    return current;
  }

  std::size_t expand_block(const Item& item, YamlMap& parameters, const std::string& name,
                           Scope& scope, std::size_t current) {
    const Block& block = *blocks_.find(item.kind);
    Scope inner;
    inner.is_block = true;
    inner.prefix = scope.prefix + name + '/';
    inner.names["block_input"] = current;
    for (const std::string& parameter : block.parameters)
      inner.arguments[parameter] = parameters.require(
          parameter, "a value (block " + item.kind + " uses $" + parameter + ")");
    parameters.refuse_unknown_keys();
    for (const auto& argument : inner.arguments) {
      if (argument.second == nullptr) return current;
    }
    current = expand_list(*block.body, "model.blocks." + item.kind, inner, current);
    scope.names[name] = current;
    return current;
  }

  std::size_t add_layer(const Item& item, YamlMap& parameters, const std::string& name,
                        Scope& scope, std::size_t current) {
    TopologyLayer layer = read_layer(item.kind, parameters);
    layer.name = scope.prefix + name;
    layer.place = item.place;
    layer.inputs = {current};
    const bool joins = layer.kind == LayerKind::add || layer.kind == LayerKind::mul ||
                       layer.kind == LayerKind::concat;
    if (joins) read_operands(parameters, scope, layer);
    parameters.refuse_unknown_keys();
    const ActivationKind activation = layer.activation;
    const bool has_table = is_lookup(activation) && layer.kind != LayerKind::activation;
    if (has_table) layer.activation = ActivationKind::none;
    push(layer);
    if (has_table) {
      TopologyLayer table;
      table.kind = LayerKind::activation;
      table.activation = activation;
      table.name = layer.name + '/' + activation_name(activation);
      table.place = layer.place;
      table.inputs = {layers_.size() - 1};
      push(table);
    }
    scope.names[name] = layers_.size() - 1;
    return layers_.size() - 1;
  }

  void push(const TopologyLayer& layer) {
    // The input is none of the layers that are counted.
    if (static_cast<std::int64_t>(layers_.size()) > kMaxTopologyLayers) {
      too_many_ = true;
    } else {
      layers_.push_back(layer);
    }
  }

  void read_operands(YamlMap& parameters, const Scope& scope, TopologyLayer& layer) {
    const bool takes_several = layer.kind == LayerKind::concat;
    const YamlNode* with = parameters.require("with", "the name of an earlier layer");
    if (with == nullptr) return;
    std::vector<const YamlNode*> names = {with};
    if (takes_several && with->kind == YamlNode::Kind::list) {
      names.clear();
      for (const YamlNode& item : with->items) names.push_back(&item);
      if (names.empty() || names.size() > kMaxOperands) {
        refuse(*with, parameters.path_of("with"), "a list of " + std::to_string(names.size()),
               "a name, or a list of 1 to " + std::to_string(kMaxOperands), errors_);
        return;
      }
    }
    for (const YamlNode* name : names) {
      if (const auto tensor = tensor_named(*name, "with", parameters, scope))
        layer.inputs.push_back(*tensor);
    }
  }

  std::optional<std::size_t> tensor_named(const YamlNode& node, const std::string& key,
                                          YamlMap& parameters, const Scope& scope) {
    if (node.kind == YamlNode::Kind::scalar) {
      const auto found = scope.names.find(node.text);
      if (found != scope.names.end()) return found->second;
    }
    std::vector<std::string> names;
    for (const auto& name : scope.names) names.push_back(name.first);
    const std::string hint =
        node.kind == YamlNode::Kind::scalar ? base::did_you_mean(node.text, names) : "";
    parameters.refuse(node, key,
                      std::string("the name of an earlier layer of this ") +
                          (scope.is_block ? "block, or block_input" : "list, or input") + hint);
    return std::nullopt;
  }

  std::string read_name(YamlMap& parameters, const Scope& scope) {
    const YamlNode* node = parameters.find("name");
    if (node == nullptr) return "";
    if (node->kind != YamlNode::Kind::scalar || !is_topology_name(node->text)) {
      parameters.refuse(*node, "name", "letters, digits and _ . -, beginning with a letter");
    } else if (scope.names.count(node->text) != 0) {
      parameters.refuse(*node, "name", "a name that is not taken in this list of layers");
    } else if (node->text == "input" || node->text == "block_input") {
      parameters.refuse(*node, "name", "another name: input and block_input are what layers read");
    } else {
      return node->text;
    }
    return "";
  }

  static std::string next_name(const std::string& kind, Scope& scope) {
    std::string name;
    do {
      name = kind + '_' + std::to_string(++scope.unnamed[kind]);
    } while (scope.names.count(name) != 0);
    return name;
  }

  const BlockTable& blocks_;
  base::ErrorList& errors_;
  std::vector<TopologyLayer> layers_;
  bool too_many_ = false;
};

/// The numbers that `repeat` appends can make a name that another layer was given.
void check_names(const TopologyConfig& topology, base::ErrorList& errors) {
  std::map<std::string, const TopologyLayer*> seen;
  for (const TopologyLayer& layer : topology.layers) {
    const auto [other, is_new] = seen.emplace(layer.name, &layer);
    if (is_new) continue;
    errors.add(layer.place, "name", layer.name,
               "another one than that of the layer at " + other->second->place);
  }
}

}  // namespace

TopologyConfig read_topology(const YamlNode& model, base::ErrorList& errors) {
  base::ErrorList found;
  TopologyConfig topology;
  YamlMap map(model, "model", found);
  topology.seed = map.integer("seed", {0, std::numeric_limits<std::int64_t>::max()}, 1);
  TopologyLayer input;
  if (const YamlNode* node = map.require("input", "a mapping: {height, width, channels}")) {
    YamlMap section(*node, "model.input", found);
    input = read_input_layer(section);
    input.place = node->place;
    section.refuse_unknown_keys();
  }
  const YamlNode* block_section = map.find("blocks");
  const BlockTable blocks = read_blocks(block_section, found);
  const YamlNode* layers = map.require("layers", "a list of layers");
  if (layers != nullptr && (layers->kind != YamlNode::Kind::list || layers->items.empty())) {
    const bool is_list = layers->kind == YamlNode::Kind::list;
    refuse(*layers, "model.layers", is_list ? "an empty list" : describe(*layers),
           "a list of layers", found);
    layers = nullptr;
  }
  map.refuse_unknown_keys();
  if (layers != nullptr && blocks.is_sound()) {
    check_used_blocks(blocks, *layers, found);
    topology.layers = Expander(blocks, found).expand(input, *layers);
    check_names(topology, found);
  }
  std::set<std::string> said;  // what is wrong in a block is found at each of its instances
  for (const std::string& message : found.messages()) {
    if (said.insert(message).second) errors.add(message);
  }
  return topology;
}

}  // namespace npusim::config
