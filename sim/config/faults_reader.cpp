// SPDX-License-Identifier: Apache-2.0
#include "sim/config/faults_reader.h"

#include <algorithm>

#include "sim/config/data_keys.h"
#include "sim/config/yaml_reader.h"

namespace npusim::config {
namespace {

constexpr std::size_t kMostRates = 32;
constexpr std::size_t kMostPatterns = 256;
constexpr std::size_t kMostSites = 10'000;
constexpr std::size_t kMostNameBytes = 1024;
const IntegerRule kTrials{2, 100'000};
const IntegerRule kSingleFlips{0, 10'000};
const IntegerRule kInstruction{0, std::numeric_limits<std::int64_t>::max()};
const IntegerRule kElement{0, std::numeric_limits<std::int64_t>::max()};
const IntegerRule kBit{0, 31};
constexpr char kRateText[] = "a number from 0 to 1, or a list of up to 32 of them";
constexpr char kOneRate[] = "a number from 0 to 1";
constexpr char kKindsText[] =
    "a list of weights, shift_fields, parameters, activations or accumulators, each once";
constexpr char kLayersText[] =
    "a list of names of layers, each a text of at most 1024 bytes, * for any text, ? for any "
    "character";
constexpr char kSitesText[] =
    "a list of mappings: kind, element, bit, and layer or instruction; field with kind parameters";

/// The items of a list that is neither empty nor too long; otherwise nullptr, refused.
const std::vector<YamlNode>* list_of(YamlMap& section, const char* key, const YamlNode& node,
                                     std::size_t most, const char* must_be) {
  if (node.kind == YamlNode::Kind::list && !node.items.empty() && node.items.size() <= most) {
    return &node.items;
  }
  const std::string got = node.kind == YamlNode::Kind::list
                              ? "a list of " + std::to_string(node.items.size())
                              : describe(node);
  const std::string limit =
      node.kind == YamlNode::Kind::list ? ", 1 to " + std::to_string(most) + " entries" : "";
  refuse(node, section.path_of(key), got, must_be + limit, section.errors());
  return nullptr;
}

std::string entry_key(const char* key, std::size_t i) {
  return std::string(key) + '[' + std::to_string(i) + ']';
}

std::optional<double> rate_of(const YamlNode& node) {
  if (node.kind != YamlNode::Kind::scalar || node.quoted) return std::nullopt;
  const auto rate = parse_real(node.text);
  return rate && *rate >= 0 && *rate <= 1 ? rate : std::nullopt;
}

void read_rates(YamlMap& section, FaultsConfig& faults) {
  const YamlNode* node = section.find("rate");
  if (node == nullptr) return;
  if (node->kind != YamlNode::Kind::list) {
    if (const auto rate = rate_of(*node)) {
      faults.rates = {*rate};
    } else {
      section.refuse(*node, "rate", kRateText);
    }
    return;
  }
  const auto* items = list_of(section, "rate", *node, kMostRates, kRateText);
  for (std::size_t i = 0; items != nullptr && i < items->size(); ++i) {
    const auto rate = rate_of((*items)[i]);
    const bool is_new =
        rate && std::find(faults.rates.begin(), faults.rates.end(), *rate) == faults.rates.end();
    if (is_new) {
      faults.rates.push_back(*rate);
    } else {
      section.refuse((*items)[i], entry_key("rate", i),
                     rate ? "a rate that is not in the list before" : kOneRate);
    }
  }
  std::sort(faults.rates.begin(), faults.rates.end());
}

std::optional<std::size_t> index_in(const std::vector<std::string>& names, const YamlNode& node) {
  const auto found = std::find(names.begin(), names.end(), node.text);
  if (node.kind != YamlNode::Kind::scalar || found == names.end()) return std::nullopt;
  return static_cast<std::size_t>(found - names.begin());
}

void read_kinds(YamlMap& section, FaultsConfig& faults) {
  for (std::size_t i = 0; i < kFaultKinds; ++i) faults.kinds.push_back(static_cast<FaultKind>(i));
  const YamlNode* node = section.find("kinds");
  if (node == nullptr) return;
  const auto* items = list_of(section, "kinds", *node, kFaultKinds, kKindsText);
  if (items == nullptr) return;
  faults.kinds.clear();
  for (std::size_t i = 0; i < items->size(); ++i) {
    const auto kind = index_in(fault_kind_names(), (*items)[i]);
    const bool is_new = kind && std::find(faults.kinds.begin(), faults.kinds.end(),
                                          static_cast<FaultKind>(*kind)) == faults.kinds.end();
    if (is_new) {
      faults.kinds.push_back(static_cast<FaultKind>(*kind));
    } else {
      section.refuse(
          (*items)[i], entry_key("kinds", i),
          kind ? "a kind that is not in the list before" : list_choices(fault_kind_names()));
    }
  }
  std::sort(faults.kinds.begin(), faults.kinds.end());
}

void read_layer_patterns(YamlMap& section, FaultsConfig& faults) {
  const YamlNode* node = section.find("layers");
  if (node == nullptr) return;
  faults.layers_place = node->place;
  const auto* items = list_of(section, "layers", *node, kMostPatterns, kLayersText);
  for (std::size_t i = 0; items != nullptr && i < items->size(); ++i) {
    const YamlNode& item = (*items)[i];
    if (item.kind == YamlNode::Kind::scalar && !item.text.empty() &&
        item.text.size() <= kMostNameBytes) {
      faults.layers.push_back(item.text);
    } else {
      section.refuse(item, entry_key("layers", i), "a text of at most 1024 bytes");
    }
  }
}

FaultSiteConfig read_site(const YamlNode& node, const std::string& path, base::ErrorList& errors) {
  FaultSiteConfig site;
  site.place = node.place;
  site.key = path;
  YamlMap map(node, path, errors);
  if (!map.is_mapping()) return site;
  site.kind = static_cast<FaultKind>(map.choice("kind", fault_kind_names()));
  const YamlNode* field = map.find("field");
  if (site.kind == FaultKind::parameters) {
    site.field = static_cast<ParameterField>(map.choice("field", parameter_field_names()));
  } else if (field != nullptr) {
    map.refuse(*field, "field", "left out: only kind parameters has fields");
  }
  const YamlNode* layer = map.find("layer");
  const YamlNode* instruction = map.find("instruction");
  if (layer != nullptr) site.layer = map.text("layer", "the name of a layer");
  if (instruction != nullptr) site.instruction = map.integer("instruction", kInstruction);
  if ((layer == nullptr) == (instruction == nullptr)) {
    refuse(node, path, layer == nullptr ? "neither layer nor instruction" : "layer and instruction",
           "one of layer and instruction", errors);
  }
  site.element = map.integer("element", kElement);
  site.bit = map.integer("bit", kBit);
  map.refuse_unknown_keys();
  return site;
}

void read_sites(YamlMap& section, FaultsConfig& faults) {
  const YamlNode* node = section.find("sites");
  if (node == nullptr) return;
  const auto* items = list_of(section, "sites", *node, kMostSites, kSitesText);
  for (std::size_t i = 0; items != nullptr && i < items->size(); ++i) {
    const std::string path = section.path_of(entry_key("sites", i));
    faults.sites.push_back(read_site((*items)[i], path, section.errors()));
  }
}

}  // namespace

const std::vector<std::string>& fault_kind_names() {
  static const std::vector<std::string> names = {"weights", "shift_fields", "parameters",
                                                 "activations", "accumulators"};
  return names;
}

const std::vector<std::string>& parameter_field_names() {
  static const std::vector<std::string> names = {"bias",  "multiplier", "multiplier_b",
                                                 "shift", "zero_point", "table"};
  return names;
}

const std::vector<RunKey>& faults_keys() {
  static const std::vector<RunKey> keys = {
      {"kinds", "where bits flip, each kind on its own", kKindsText, "all five"},
      {"rate", "how probable it is that a bit is flipped; a list makes a table", kRateText,
       "must be given, but not with sites"},
      {"trials", "independent draws of each kind and rate", kTrials.text(), "20"},
      {"seed", "of the draws", kSeed.text(), "1"},
      {"images", "the first so many of the data set, in each trial", kImageCount.text(), "200"},
      {"single_flips", "flips in each layer and kind that are measured alone", kSingleFlips.text(),
       "2"},
      {"layers", "where alone bits flip", kLayersText, "all layers"},
      {"sites", "these bits, in place of drawn ones", kSitesText, "bits are drawn at rate"},
      {"sites[].kind", "what is flipped", list_choices(fault_kind_names())},
      {"sites[].field", "which parameter", list_choices(parameter_field_names()),
       "must be given with kind parameters, and only there"},
      {"sites[].layer", "the layer", "the name of a layer", "must be given without instruction"},
      {"sites[].instruction", "the instruction that writes or loads the element",
       kInstruction.text(), "must be given without layer"},
      {"sites[].element", "counted in the layer's tensor or the instruction's", kElement.text()},
      {"sites[].bit", "0 is the lowest", kBit.text()},
  };
  return keys;
}

FaultsConfig read_faults_section(const YamlNode& node, base::ErrorList& errors) {
  FaultsConfig faults;
  YamlMap section(node, "faults", errors);
  if (!section.is_mapping()) return faults;
  const bool has_sites = section.find("sites") != nullptr;
  read_kinds(section, faults);
  read_rates(section, faults);
  faults.trials = section.integer("trials", kTrials, faults.trials);
  faults.seed = section.integer("seed", kSeed, faults.seed);
  faults.images = section.integer("images", kImageCount, faults.images);
  faults.single_flips = section.integer("single_flips", kSingleFlips, faults.single_flips);
  read_layer_patterns(section, faults);
  read_sites(section, faults);
  for (const char* key : {"kinds", "rate", "trials", "seed", "single_flips", "layers"}) {
    const YamlNode* drawn = section.find(key);
    if (has_sites && drawn != nullptr)
      section.refuse(*drawn, key, "left out: faults.sites says which bits flip");
  }
  if (!has_sites && section.find("rate") == nullptr) section.require("rate", kRateText);
  section.refuse_unknown_keys();
  return faults;
}

}  // namespace npusim::config
