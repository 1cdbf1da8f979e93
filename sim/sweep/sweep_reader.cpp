// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>
#include <map>

#include "sim/base/files.h"
#include "sim/config/yaml_reader.h"
#include "sim/sweep/axis_reader.h"
#include "sim/sweep/sweep_config.h"

namespace npusim::sweep {
namespace {

using config::YamlEntry;
using config::YamlMap;
using config::YamlNode;

constexpr std::uint64_t kMaxSweepFileBytes = 1 << 20;
constexpr std::size_t kMostAxes = 64;
constexpr char kMetricRule[] =
    "a number of the record by its dotted key, such as cycles.total, or a list of them";
constexpr char kExpressionRule[] = "a list of expressions, such as [a.b * 2 <= c.d]";

bool is_dotted(const std::string& key) {
  return !key.empty() && key.front() != '.' && key.back() != '.' &&
         key.find("..") == std::string::npos && key.find_first_of("= \t\r\n") == std::string::npos;
}

class SweepReader {
 public:
  SweepReader(const YamlNode& root, base::ErrorList& errors)
      : root_(root, "", errors), errors_(errors) {}

  void read(SweepConfig& config) {
    read_set(config);
    read_axes(config);
    read_run(config);
    read_derived(config);
    config.where = read_expressions("where");
    config.constraints = read_expressions("constraints");
    config.sample = read_sample("sample");
    config.search = read_sample("search");
    read_objectives(config);
    check_search(config);
    root_.refuse_unknown_keys();
  }

 private:
  /// Every key once, whichever section gives it.
  bool take_key(const std::string& section, const std::string& key, const std::string& place) {
    if (!is_dotted(key)) {
      errors_.add(place, section + '.' + key, key,
                  "a key as of --set, such as hardware.mac_array.rows");
      return false;
    }
    const auto [first, fresh] = keys_.emplace(key, place);
    if (fresh) return true;
    errors_.add(place, section + '.' + key, "a second value",
                "given once (the first is at " + first->second + ')');
    return false;
  }

  /// The entries of a section that is a mapping; none, with an error, where it is no mapping.
  const std::vector<YamlEntry>& entries_of(const YamlNode* node, const std::string& section) {
    static const std::vector<YamlEntry> kNone;
    return node != nullptr && YamlMap(*node, section, errors_).is_mapping() ? node->entries : kNone;
  }

  void read_set(SweepConfig& config) {
    for (const YamlEntry& entry : entries_of(root_.find("set"), "set")) {
      if (!take_key("set", entry.key, entry.place)) continue;
      if (entry.key == "run") {
        errors_.add(entry.place, "set.run", "a run file", "the key run of the sweep file");
      }
      config.set.push_back(entry.key + '=' + value_text(entry.value));
    }
  }

  void read_axes(SweepConfig& config) {
    const YamlNode* node = root_.require("axes", "a mapping of keys to their values");
    const auto& entries = entries_of(node, "axes");
    if (node != nullptr && node->kind == YamlNode::Kind::mapping &&
        (entries.empty() || entries.size() > kMostAxes)) {
      errors_.add(node->place, "axes", std::to_string(entries.size()) + " axes",
                  "1 to " + std::to_string(kMostAxes));
    }
    for (const YamlEntry& entry : entries) {
      if (!take_key("axes", entry.key, entry.place)) continue;
      config.axes.push_back(read_axis(entry.value, entry.key, "axes." + entry.key, errors_));
    }
  }

  void read_run(SweepConfig& config) {
    const std::string must_be = "the run file, as FILE of npusim run";
    const bool is_axis = keys_.count("run") != 0;
    const YamlNode* node = is_axis ? root_.find("run") : root_.require("run", must_be);
    if (node == nullptr) return;
    config.run_place = node->place;
    if (is_axis) {
      errors_.add(node->place, "run", config::describe(*node), "left out: run is an axis");
    } else {
      config.run = root_.text("run", must_be);
    }
  }

  void read_derived(SweepConfig& config) {
    for (const YamlEntry& entry : entries_of(root_.find("derived"), "derived")) {
      if (!take_key("derived", entry.key, entry.place)) continue;
      if (entry.key == "run")
        errors_.add(entry.place, "derived.run", "an expression", "an axis, or the key run");
      const auto value = read_expression(entry.value, "derived." + entry.key);
      if (value) config.derived.push_back({entry.key, *value});
    }
  }

  std::optional<Expression> read_expression(const YamlNode& node, const std::string& key) {
    if (node.kind != YamlNode::Kind::scalar || node.text.empty()) {
      config::refuse(node, key, config::describe(node), "an expression, such as a.b * 2", errors_);
      return std::nullopt;
    }
    return Expression::parse(node.text, node.place, key, errors_);
  }

  std::vector<Expression> read_expressions(const std::string& key) {
    std::vector<Expression> expressions;
    const YamlNode* node = root_.find(key);
    if (node == nullptr) return expressions;
    if (node->kind == YamlNode::Kind::scalar) {
      if (auto one = read_expression(*node, key)) expressions.push_back(std::move(*one));
      return expressions;
    }
    if (node->kind != YamlNode::Kind::list) {
      root_.refuse(*node, key, kExpressionRule);
      return expressions;
    }
    for (std::size_t i = 0; i < node->items.size(); ++i) {
      auto one = read_expression(node->items[i], key + '[' + std::to_string(i) + ']');
      if (one) expressions.push_back(std::move(*one));
    }
    return expressions;
  }

  std::optional<Sample> read_sample(const std::string& key) {
    const YamlNode* node = root_.find(key);
    if (node == nullptr) return std::nullopt;
    YamlMap map(*node, key, errors_);
    if (!map.is_mapping()) return std::nullopt;
    Sample sample;
    sample.points = map.integer("points", {1, kMostPoints});
    sample.seed = static_cast<std::uint64_t>(
        map.integer("seed", {0, std::numeric_limits<std::int64_t>::max()}));
    map.refuse_unknown_keys();
    return sample;
  }

  void read_objectives(SweepConfig& config) {
    const YamlNode* node = root_.find("objectives");
    if (node == nullptr) return;
    YamlMap map(*node, "objectives", errors_);
    if (!map.is_mapping()) return;
    map.find("minimise"), map.find("maximise");
    map.refuse_unknown_keys();
    if (node->entries.empty())
      errors_.add(node->place, "objectives", "none", "{minimise: [...], maximise: [...]}");
    for (const YamlEntry& entry : node->entries) {
      const bool maximise = entry.key == "maximise";
      if (!maximise && entry.key != "minimise") continue;
      const YamlNode& value = entry.value;
      const std::string key = "objectives." + entry.key;
      if (value.kind == YamlNode::Kind::list && !value.items.empty()) {
        for (std::size_t i = 0; i < value.items.size(); ++i)
          add_objective(config, value.items[i], key + '[' + std::to_string(i) + ']', maximise);
      } else {
        add_objective(config, value, key, maximise);
      }
    }
  }

  void add_objective(SweepConfig& config, const YamlNode& node, const std::string& key,
                     bool maximise) {
    if (node.kind != YamlNode::Kind::scalar || !is_dotted(node.text)) {
      config::refuse(node, key, config::describe(node), kMetricRule, errors_);
      return;
    }
    for (const Objective& other : config.objectives) {
      if (other.metric != node.text) continue;
      config::refuse(node, key, node.text + " a second time",
                     "an objective once (the first is at " + other.place + ')', errors_);
      return;
    }
    config.objectives.push_back({node.text, maximise, node.place});
  }

  void check_search(const SweepConfig& config) {
    const YamlNode* search = root_.find("search");
    if (search == nullptr) return;
    if (root_.find("sample") != nullptr) {
      errors_.add(search->place, "search", "search beside sample", "one of the two");
    }
    if (config.objectives.empty()) {
      errors_.add(search->place, "search", "no objectives", "searched with objectives");
    }
  }

  YamlMap root_;
  base::ErrorList& errors_;
  std::map<std::string, std::string> keys_;  // key -> place
};

}  // namespace

SweepConfig parse_sweep_config(const std::string& text, const std::filesystem::path& file) {
  base::ErrorList errors;
  const YamlNode root = config::parse_yaml(text, file.string(), errors);
  errors.throw_if_any();
  SweepConfig config;
  config.name = file.stem().string();
  config.file = file;
  config.text = text;
  SweepReader(root, errors).read(config);
  errors.throw_if_any();
  return config;
}

SweepConfig read_sweep_config(const std::filesystem::path& file) {
  return parse_sweep_config(base::read_file_text(file, kMaxSweepFileBytes), file);
}

}  // namespace npusim::sweep
