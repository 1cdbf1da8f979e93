// SPDX-License-Identifier: Apache-2.0
#include "sim/config/quantization_reader.h"

#include "sim/config/yaml_reader.h"

namespace npusim::config {
namespace {

constexpr std::size_t kMostEntries = 256;
constexpr std::size_t kMostPatternBytes = 256;

const std::vector<std::string> kRules = {"floor", "octave"};
const IntegerRule kFieldBits{0, 4};
const IntegerRule kWeightBits{2, 8};
const IntegerRule kActivationBits{4, 8};

constexpr char kPattern[] =
    "a text of at most 256 bytes: the name of a layer, * for any text, ? for any character";

/// The value of a key that may be left out.
template <typename Read>
auto optional_value(YamlMap& map, const char* key, const Read& read)
    -> std::optional<decltype(read(key))> {
  if (map.find(key) == nullptr) return std::nullopt;
  return read(key);
}

LayerQuantizationConfig read_entry(const YamlNode& node, const std::string& path,
                                   base::ErrorList& errors) {
  LayerQuantizationConfig entry;
  YamlMap map(node, path, errors);
  if (!map.is_mapping()) return entry;
  entry.match = map.text("match", kPattern);
  if (entry.match.size() > kMostPatternBytes) map.refuse(*map.find("match"), "match", kPattern);
  const auto integer = [&](const IntegerRule& rule) {
    return [&map, &rule](const char* key) { return map.integer(key, rule); };
  };
  const auto choice = [&](const std::vector<std::string>& choices) {
    return [&map, &choices](const char* key) { return choices[map.choice(key, choices)]; };
  };
  entry.scheme = optional_value(map, "scheme", choice(scheme_choices()));
  entry.field_bits = optional_value(map, "field_bits", integer(kFieldBits));
  entry.rule = optional_value(map, "rule", choice(kRules));
  entry.symmetric =
      optional_value(map, "symmetric", [&](const char* key) { return map.boolean(key); });
  entry.weight_bits = optional_value(map, "weight_bits", integer(kWeightBits));
  entry.activation_bits = optional_value(map, "activation_bits", integer(kActivationBits));
  map.refuse_unknown_keys();
  if (node.entries.size() == 1 && node.find("match") != nullptr) {
    refuse(node, path, "match alone", "match and what holds for those layers", errors);
  }
  return entry;
}

void read_layers(YamlMap& section, QuantizationConfig& quantization) {
  const YamlNode* list = section.find("layers");
  if (list == nullptr) return;
  if (list->kind != YamlNode::Kind::list) {
    section.refuse(*list, "layers", "a list of mappings, each with match");
    return;
  }
  if (list->items.size() > kMostEntries) {
    refuse(*list, section.path_of("layers"), "a list of " + std::to_string(list->items.size()),
           "at most " + std::to_string(kMostEntries) + " entries", section.errors());
    return;
  }
  for (std::size_t i = 0; i < list->items.size(); ++i) {
    const std::string path = section.path_of("layers[" + std::to_string(i) + ']');
    quantization.layers.push_back(read_entry(list->items[i], path, section.errors()));
  }
}

}  // namespace

const std::vector<RunKey>& quantization_keys() {
  static const std::vector<RunKey> keys = {
      {"scheme", "what is scaled together", list_choices(scheme_choices())},
      {"field_bits", "width of the shift scaler's shift per channel", kFieldBits.text(), "4"},
      {"rule", "how the shift scaler chooses its shifts", list_choices(kRules), kRules.front()},
      {"bias_correction", "the weights' mean error goes into the biases", "true or false", "true"},
      {"symmetric", "false: the weights of per_layer get a zero point", "true or false", "true"},
      {"equalization", "scales the channels of neighbouring layers to each other before",
       "true or false", "false"},
      {"weight_bits", "width of the weights' codes", kWeightBits.text(), "8"},
      {"activation_bits", "width of the activations' codes, the network's input included",
       kActivationBits.text(), "8"},
      {"layers", "other choices for some layers, later entries win key by key",
       "a list of mappings: match and any of scheme, field_bits, rule, symmetric, weight_bits, "
       "activation_bits",
       "none"},
      {"layers[].match", "which layers, or inputs of the network", kPattern},
  };
  return keys;
}

QuantizationConfig read_quantization_section(const YamlNode& node, base::ErrorList& errors) {
  QuantizationConfig quantization;
  YamlMap section(node, "quantization", errors);
  if (!section.is_mapping()) return quantization;
  quantization.scheme = scheme_choices()[section.choice("scheme", scheme_choices())];
  quantization.field_bits = section.integer("field_bits", kFieldBits, quantization.field_bits);
  quantization.rule = kRules[section.choice("rule", kRules, 0)];
  quantization.bias_correction = section.boolean("bias_correction", quantization.bias_correction);
  quantization.symmetric = section.boolean("symmetric", quantization.symmetric);
  if (!quantization.symmetric && quantization.scheme != "per_layer") {
    section.refuse(
        *section.find("symmetric"), "symmetric",
        "true with scheme " + quantization.scheme + " (only per_layer has a weight zero point)");
  }
  quantization.equalization = section.boolean("equalization", quantization.equalization);
  quantization.weight_bits = section.integer("weight_bits", kWeightBits, quantization.weight_bits);
  quantization.activation_bits =
      section.integer("activation_bits", kActivationBits, quantization.activation_bits);
  read_layers(section, quantization);
  section.refuse_unknown_keys();
  return quantization;
}

}  // namespace npusim::config
