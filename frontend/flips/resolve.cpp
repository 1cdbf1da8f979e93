// SPDX-License-Identifier: Apache-2.0
#include "frontend/flips/resolve.h"

#include <algorithm>
#include <optional>
#include <string>

#include "frontend/flips/spaces.h"
#include "sim/base/errors.h"
#include "sim/base/nearest.h"
#include "sim/isa/labels.h"

namespace npusim::flips {
namespace {

using config::FaultSiteConfig;
using faults::FaultSite;

std::vector<std::string> layer_names(const graph::QuantizedGraph& graph) {
  std::vector<std::string> names;
  for (const graph::QuantizedNode& node : graph.nodes) {
    if (!node.is_input()) names.push_back(node.name);
  }
  return names;
}

/// * is any text, ? any character.
bool fits(const std::string& pattern, const std::string& name) {
  std::size_t p = 0;
  std::size_t n = 0;
  std::size_t star = std::string::npos;
  std::size_t resumed = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resumed = n;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == name[n])) {
      ++p;
      ++n;
    } else if (star != std::string::npos) {
      p = star + 1;
      n = ++resumed;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string::npos;
}

class Resolver {
 public:
  Resolver(const graph::QuantizedGraph& graph, const isa::Program& program,
           const ProgramSites& sites)
      : graph_(graph), program_(program), sites_(sites), names_(layer_names(graph)) {}

  FaultSite resolve(const FaultSiteConfig& wanted) {
    FaultSite site;
    site.kind = wanted.kind;
    site.field = wanted.field.value_or(config::ParameterField::bias);
    site.element = wanted.element;
    site.bit = static_cast<std::int32_t>(wanted.bit);
    const std::size_t before = errors_.messages().size();
    if (wanted.layer) {
      by_layer(wanted, site);
    } else {
      by_instruction(wanted, site);
    }
    if (errors_.messages().size() == before) check_bit(wanted, site);
    return site;
  }

  void throw_if_any() const { errors_.throw_if_any(); }

 private:
  void refuse(const FaultSiteConfig& wanted, const char* key, const std::string& got,
              const std::string& must_be) {
    errors_.add(wanted.place, wanted.key + '.' + key, got, must_be);
  }

  std::string what(const FaultSite& site) const {
    return config::fault_name(site.kind) + (site.kind == config::FaultKind::parameters
                                                ? " (" + config::fault_name(site.field) + ')'
                                                : "");
  }

  void by_layer(const FaultSiteConfig& wanted, FaultSite& site) {
    const auto node =
        std::find_if(graph_.nodes.begin(), graph_.nodes.end(),
                     [&](const graph::QuantizedNode& each) { return each.name == *wanted.layer; });
    if (node == graph_.nodes.end() || node->is_input()) {
      refuse(wanted, "layer", *wanted.layer,
             "a layer of the network" + base::did_you_mean(*wanted.layer, names_));
      return;
    }
    site.layer = static_cast<std::int32_t>(node - graph_.nodes.begin());
    const FieldExtent extent = extent_of(graph_, *node, site.kind, site.field);
    if (extent.elements == 0 || extent.bits == 0) {
      refuse(wanted, "kind", what(site),
             "something that layer '" + node->name + "' (" + graph::kind_name(node->op) + ") has");
    } else if (site.element >= extent.elements) {
      refuse(
          wanted, "element", std::to_string(site.element),
          "from 0 to " + std::to_string(extent.elements - 1) + " in layer '" + node->name + '\'');
    }
  }

  void by_instruction(const FaultSiteConfig& wanted, FaultSite& site) {
    const auto count = static_cast<std::int64_t>(program_.instructions.size());
    if (*wanted.instruction >= count) {
      refuse(wanted, "instruction", std::to_string(*wanted.instruction),
             "from 0 to " + std::to_string(count - 1));
      return;
    }
    const auto index = static_cast<std::size_t>(*wanted.instruction);
    if (const auto found = sites_.site_of(site, {index, wanted.element})) {
      site = *found;
      return;
    }
    refuse(wanted, "element",
           std::to_string(wanted.element) + " of " + isa::instruction_label(program_, index),
           "an element of " + what(site) + " that it writes or loads");
  }

  void check_bit(const FaultSiteConfig& wanted, const FaultSite& site) {
    const FieldExtent extent = extent_of(graph_, graph_.node(site.layer), site.kind, site.field);
    if (site.bit < extent.bits) return;
    refuse(wanted, "bit", std::to_string(site.bit),
           "from 0 to " + std::to_string(extent.bits - 1) + " of " + what(site) + " in layer '" +
               graph_.node(site.layer).name + '\'');
  }

  const graph::QuantizedGraph& graph_;
  const isa::Program& program_;
  const ProgramSites& sites_;
  const std::vector<std::string> names_;
  base::ErrorList errors_;
};

}  // namespace

std::vector<bool> layers_of(const config::FaultsConfig& faults,
                            const graph::QuantizedGraph& graph) {
  if (faults.layers.empty()) return {};
  std::vector<bool> taken(graph.nodes.size());
  base::ErrorList errors;
  const std::vector<std::string> names = layer_names(graph);
  for (std::size_t i = 0; i < faults.layers.size(); ++i) {
    bool is_used = false;
    for (std::size_t node = 0; node < graph.nodes.size(); ++node) {
      if (graph.nodes[node].is_input() || !fits(faults.layers[i], graph.nodes[node].name)) continue;
      taken[node] = is_used = true;
    }
    if (is_used) continue;
    errors.add(faults.layers_place, "faults.layers[" + std::to_string(i) + ']', faults.layers[i],
               "the name of a layer, or a pattern that fits one" +
                   base::did_you_mean(faults.layers[i], names));
  }
  errors.throw_if_any();
  return taken;
}

std::vector<FaultSite> sites_of(const config::FaultsConfig& faults,
                                const graph::QuantizedGraph& graph, const isa::Program& program,
                                const ProgramSites& sites) {
  Resolver resolver(graph, program, sites);
  std::vector<FaultSite> result;
  result.reserve(faults.sites.size());
  for (const FaultSiteConfig& wanted : faults.sites) result.push_back(resolver.resolve(wanted));
  resolver.throw_if_any();
  return result;
}

}  // namespace npusim::flips
