// SPDX-License-Identifier: Apache-2.0
#include "frontend/quantize/layer_options.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "sim/base/errors.h"

namespace npusim::quantize {
namespace {

constexpr std::size_t kNamesShown = 3;

// Each * takes as little as it can; where the rest does not fit, the last one takes one more.
bool matches(const std::string& pattern, const std::string& name) {
  std::size_t p = 0;
  std::size_t n = 0;
  std::size_t after_star = std::string::npos;
  std::size_t star_end = 0;  // of what the last * takes
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      after_star = ++p;
      star_end = n;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == name[n])) {
      ++p, ++n;
    } else if (after_star != std::string::npos) {
      p = after_star;
      n = ++star_end;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string::npos;
}

bool is_conv(const graph::Node& node) { return std::holds_alternative<graph::Conv>(node.op); }

bool passes_codes_on(const graph::Node& node) {
  const auto* pool = std::get_if<graph::Pool>(&node.op);
  return pool != nullptr && pool->kind == graph::PoolKind::max;
}

// "conv_1, conv_2 or conv_3": the names that the pattern comes nearest to.
std::string nearest_names(const graph::Graph& graph, const std::string& pattern) {
  std::vector<std::pair<std::size_t, std::string>> ranked;
  for (const graph::Node& node : graph.nodes) {
    ranked.emplace_back(pattern_distance(pattern, node.name), node.name);
  }
  const std::size_t shown = std::min(kNamesShown, ranked.size());
  std::stable_sort(ranked.begin(), ranked.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::string list;
  for (std::size_t i = 0; i < shown; ++i) {
    const char* separator = i + 1 < shown ? ", " : " or ";
    list += (i == 0 ? "" : separator) + ranked[i].second;
  }
  return list;
}

void check_width(const std::string& key, std::int32_t bits, std::int32_t least,
                 base::ErrorList& errors) {
  if (bits >= least && bits <= 8) return;
  errors.add("", key, std::to_string(bits), std::to_string(least) + " to 8");
}

void check_widths(const LayerOptions& options, const std::string& prefix, base::ErrorList& errors) {
  check_width(prefix + "weight_bits", options.weight_bits, kLeastWeightBits, errors);
  check_width(prefix + "activation_bits", options.activation_bits, kLeastActivationBits, errors);
}

// Every reason why a layer's scheme cannot be made, once, with the first layer that has it.
void check_schemes(const graph::Graph& graph, const std::vector<LayerOptions>& layers,
                   base::ErrorList& errors) {
  std::set<std::string> seen;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    if (!is_conv(graph.nodes[i])) continue;
    try {
      make_scheme(layers[i].scheme);
    } catch (const base::InputError& error) {
      for (const std::string& message : error.messages()) {
        if (seen.insert(message).second) {
          errors.add("layer '" + graph.nodes[i].name + "': " + message);
        }
      }
    }
  }
}

void put_over(LayerOptions& layer, const LayerOverride& entry) {
  if (entry.scheme) {
    layer.scheme.scheme = *entry.scheme;
    if (*entry.scheme != "per_layer") layer.scheme.symmetric = true;
  }
  if (entry.field_bits) layer.scheme.field_bits = *entry.field_bits;
  if (entry.rule) layer.scheme.rule = *entry.rule;
  if (entry.symmetric) layer.scheme.symmetric = *entry.symmetric;
  if (entry.weight_bits) layer.weight_bits = *entry.weight_bits;
  if (entry.activation_bits) layer.activation_bits = *entry.activation_bits;
}

// Which kinds of nodes an entry matches.
struct Reach {
  bool any = false, weights = false, codes = false;
};

// A key that changes nothing was meant for something else.
void check_reach(const LayerOverride& entry, const std::string& prefix, const Reach& reach,
                 base::ErrorList& errors) {
  const auto refuse = [&](const char* key, const std::string& got, const char* must_be) {
    errors.add("", prefix + key, got,
               std::string("left out: ") + entry.match + " matches " + must_be);
  };
  constexpr char kNoWeights[] = "no layer with weights";
  if (!reach.weights) {
    if (entry.scheme) refuse("scheme", *entry.scheme, kNoWeights);
    if (entry.field_bits) refuse("field_bits", std::to_string(*entry.field_bits), kNoWeights);
    if (entry.rule) refuse("rule", shift_rule_name(*entry.rule), kNoWeights);
    if (entry.symmetric) refuse("symmetric", *entry.symmetric ? "true" : "false", kNoWeights);
    if (entry.weight_bits) refuse("weight_bits", std::to_string(*entry.weight_bits), kNoWeights);
  }
  if (!reach.codes && entry.activation_bits) {
    refuse("activation_bits", std::to_string(*entry.activation_bits),
           "only max pooling, which has the width of what it reads");
  }
}

// One entry over the choices so far.
void apply(const graph::Graph& graph, const LayerOverride& entry, const std::string& prefix,
           std::vector<LayerOptions>& layers, base::ErrorList& errors) {
  LayerOptions alone;
  put_over(alone, entry);
  check_widths(alone, prefix, errors);
  Reach reach;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const graph::Node& node = graph.nodes[i];
    if (!matches(entry.match, node.name)) continue;
    reach.any = true;
    reach.weights = reach.weights || is_conv(node);
    reach.codes = reach.codes || !passes_codes_on(node);
    put_over(layers[i], entry);
  }
  if (reach.any) {
    check_reach(entry, prefix, reach, errors);
  } else {
    errors.add("", prefix + "match", entry.match,
               "a pattern that matches a layer, such as " + nearest_names(graph, entry.match));
  }
}

}  // namespace

std::vector<LayerOptions> layer_options(const graph::Graph& folded,
                                        const QuantizationOptions& options) {
  base::ErrorList errors;
  check_widths(options.layers, "quantization.", errors);
  try {
    make_scheme(options.layers.scheme);
  } catch (const base::InputError& error) {
    errors.add(error);
  }
  const bool are_sound = errors.empty();
  std::vector<LayerOptions> layers(folded.nodes.size(), options.layers);
  for (std::size_t e = 0; e < options.overrides.size(); ++e) {
    apply(folded, options.overrides[e], "quantization.layers[" + std::to_string(e) + "].", layers,
          errors);
  }
  if (are_sound && !options.overrides.empty()) check_schemes(folded, layers, errors);
  errors.throw_if_any();
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const graph::Node& node = folded.nodes[i];
    if (!passes_codes_on(node)) continue;
    layers[i].activation_bits =
        layers.at(static_cast<std::size_t>(node.inputs.at(0))).activation_bits;
  }
  return layers;
}

std::vector<std::int32_t> activation_widths(const graph::Graph& folded,
                                            const QuantizationOptions& options) {
  std::vector<std::int32_t> widths;
  for (const LayerOptions& layer : layer_options(folded, options)) {
    widths.push_back(layer.activation_bits);
  }
  return widths;
}

std::size_t pattern_distance(const std::string& pattern, const std::string& text) {
  // row[j]: distance of the pattern so far to the first j characters.
  std::vector<std::size_t> row(text.size() + 1);
  for (std::size_t j = 0; j < row.size(); ++j) row[j] = j;
  for (const char p : pattern) {
    std::size_t diagonal = row[0];
    row[0] += p == '*' ? 0 : 1;
    for (std::size_t j = 1; j < row.size(); ++j) {
      const std::size_t above = row[j];
      if (p == '*') {
        row[j] = std::min(above, row[j - 1]);
      } else {
        const std::size_t change = p == '?' || p == text[j - 1] ? 0 : 1;
        row[j] = std::min({diagonal + change, above + 1, row[j - 1] + 1});
      }
      diagonal = above;
    }
  }
  return row.back();
}

}  // namespace npusim::quantize
