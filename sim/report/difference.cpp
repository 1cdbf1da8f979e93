// SPDX-License-Identifier: Apache-2.0
#include "sim/report/difference.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "sim/base/errors.h"
#include "sim/base/text.h"

namespace npusim::report {
namespace {

using nlohmann::json;

std::string written(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

SideValue side(const json* value) { return {value == nullptr ? std::string() : written(*value)}; }

const json* find_key(const json* object, const std::string& key) {
  if (object == nullptr || !object->is_object()) return nullptr;
  const auto found = object->find(key);
  return found == object->end() ? nullptr : &*found;
}

const json* find_path(const json& document, const std::string& path) {
  const json* value = &document;
  std::size_t begin = 0;
  while (value != nullptr && begin <= path.size()) {
    const std::size_t end = std::min(path.find('.', begin), path.size());
    value = find_key(value, path.substr(begin, end - begin));
    begin = end + 1;
  }
  return value;
}

bool is_one_of(const std::string& text, const std::set<std::string>& names) {
  return names.count(text) != 0;
}

ChangeKind kind_in_layer(const std::string& key) {
  static const std::set<std::string> cycles = {
      "cycles",   "span_cycles", "utilization", "compute_bound_cycles", "memory_bound_cycles",
      "bound_by", "stall_cycles"};
  static const std::set<std::string> program = {"",         "name",    "kind", "macs",
                                                "dataflow", "spilled", "image"};
  static const std::set<std::string> values = {"accumulator_overflows", "safe_accumulator_bits"};
  static const std::set<std::string> quantization = {"scheme",    "field_bits",  "rule",
                                                     "symmetric", "weight_bits", "activation_bits"};
  if (is_one_of(key, cycles) || base::starts_with(key, "stalls.")) return ChangeKind::cycles;
  if (is_one_of(key, program)) return ChangeKind::program;
  if (is_one_of(key, values)) return ChangeKind::values;
  if (is_one_of(key, quantization)) return ChangeKind::configuration;
  if (base::starts_with(key, "energy")) return ChangeKind::energy;
  return base::ends_with(key, "_bytes") ? ChangeKind::footprint : ChangeKind::other;
}

ChangeKind kind_of_whole(const std::string& path) {
  static const std::map<std::string, ChangeKind> sections = {
      {"accuracy", ChangeKind::accuracy},
      {"accuracy_not_measured", ChangeKind::accuracy},
      {"area", ChangeKind::energy},
      {"calibration", ChangeKind::configuration},
      {"configuration", ChangeKind::configuration},
      {"cycles", ChangeKind::cycles},
      {"dram", ChangeKind::cycles},
      {"energy", ChangeKind::energy},
      {"hardware", ChangeKind::configuration},
      {"memory", ChangeKind::footprint},
      {"quantization", ChangeKind::configuration},
      {"schema_version", ChangeKind::configuration},
      {"simulation", ChangeKind::values},
      {"workload", ChangeKind::configuration}};
  static const std::map<std::string, ChangeKind> exceptions = {
      {"energy.technology", ChangeKind::configuration},
      {"quantization.safe_accumulator_bits", ChangeKind::values},
      {"simulation.images", ChangeKind::configuration}};
  if (const auto found = exceptions.find(path); found != exceptions.end()) return found->second;
  const std::string section = path.substr(0, path.find('.'));
  if (base::starts_with(section, "layers[")) return ChangeKind::program;
  const auto found = sections.find(section);
  if (found == sections.end()) return ChangeKind::other;
  if (found->second != ChangeKind::accuracy) return found->second;
  if (base::ends_with(path, ".parameter_bytes")) return ChangeKind::footprint;
  return path.find("overflows") == std::string::npos ? ChangeKind::accuracy : ChangeKind::values;
}

/// The layers of a report in its order, by the names that paths give them.
struct Layers {
  explicit Layers(const json& report) {
    std::map<std::string, int> counts;
    const json* list = find_key(&report, "layers");
    if (list == nullptr || !list->is_array()) return;
    for (const json& layer : *list) {
      std::string id = layer.value("name", "");
      if (const json* image = find_key(&layer, "image")) id += "[image " + written(*image) + ']';
      if (const int count = ++counts[id]; count > 1) id += '#' + std::to_string(count);
      order.push_back(id);
      by_id[id] = &layer;
    }
  }

  const json* find_layer(const std::string& id) const {
    const auto found = by_id.find(id);
    return found == by_id.end() ? nullptr : found->second;
  }
  std::vector<std::string> those_in(const Layers& other) const {
    std::vector<std::string> common;
    std::copy_if(order.begin(), order.end(), std::back_inserter(common),
                 [&](const std::string& id) { return other.find_layer(id) != nullptr; });
    return common;
  }

  std::vector<std::string> order;
  std::map<std::string, const json*> by_id;
};

class Comparer {
 public:
  explicit Comparer(const std::vector<Tolerance>& tolerances) : tolerances_(tolerances) {}

  std::vector<Change> run(const json& before, const json& after) {
    std::set<std::string> sections;
    for (const json* document : {&before, &after}) {
      for (const auto& [key, value] : document->items()) sections.insert(key);
    }
    sections.erase("host");
    for (const std::string& section : sections) {
      if (section == "layers") {
        layers(Layers(before), Layers(after));
      } else if (section == "notes") {
        notes(find_key(&before, section), find_key(&after, section));
      } else {
        values(find_key(&before, section), find_key(&after, section), section);
      }
    }
    tell_facts_once();
    return std::move(changes_);
  }

 private:
  void layers(const Layers& before, const Layers& after) {
    const std::vector<std::string> old_order = before.those_in(after);
    const std::vector<std::string> new_order = after.those_in(before);
    const auto [moved, in_place_of] =
        std::mismatch(old_order.begin(), old_order.end(), new_order.begin());
    if (moved != old_order.end()) {
      const std::string index = std::to_string(moved - old_order.begin());
      add("layers[" + index + "].name", {written(*moved)}, {written(*in_place_of)});
    }
    for (const std::string& id : after.order)
      layer(id, before.find_layer(id), after.find_layer(id));
    for (const std::string& id : before.order) {
      if (after.find_layer(id) == nullptr) layer(id, before.find_layer(id), nullptr);
    }
  }

  void layer(const std::string& id, const json* before, const json* after) {
    layer_ = id;
    if (before != nullptr && after != nullptr) {
      values(before, after, "");
    } else {
      add("", side(find_key(before, "kind")), side(find_key(after, "kind")));
      add("cycles", side(find_key(before, "cycles")), side(find_key(after, "cycles")));
    }
    layer_.clear();
  }

  /// Of a list whose places mean nothing: what only one side says.
  void notes(const json* before, const json* after) {
    const json none = json::array();
    const json& old_notes = before == nullptr || !before->is_array() ? none : *before;
    const json& new_notes = after == nullptr || !after->is_array() ? none : *after;
    for (const json& note : old_notes) {
      if (std::count(new_notes.begin(), new_notes.end(), note) == 0) add("notes", side(&note), {});
    }
    for (const json& note : new_notes) {
      if (std::count(old_notes.begin(), old_notes.end(), note) == 0) add("notes", {}, side(&note));
    }
  }

  void values(const json* before, const json* after, const std::string& key) {
    if (are_branches(before, after, &json::is_object)) {
      std::set<std::string> keys;
      for (const json* object : {before, after}) {
        if (object == nullptr) continue;
        for (const auto& [child, value] : object->items()) keys.insert(child);
      }
      for (const std::string& child : keys) {
        std::string path = key;
        if (!path.empty()) path += '.';
        values(find_key(before, child), find_key(after, child), path.append(child));
      }
    } else if (are_branches(before, after, &json::is_array)) {
      const std::size_t old_size = before == nullptr ? 0 : before->size();
      const std::size_t new_size = after == nullptr ? 0 : after->size();
      for (std::size_t i = 0; i < std::max(old_size, new_size); ++i) {
        values(i < old_size ? &(*before)[i] : nullptr, i < new_size ? &(*after)[i] : nullptr,
               key + '.' + std::to_string(i));
      }
    } else if (before == nullptr || after == nullptr || *before != *after) {
      add(key, side(before), side(after));
    }
  }

  /// Both are, or one is, not empty, and the other side lacks it: their leaves are compared.
  static bool are_branches(const json* before, const json* after, bool (json::*is)() const) {
    if (before == nullptr) return (after->*is)() && !after->empty();
    if (after == nullptr) return (before->*is)() && !before->empty();
    return (before->*is)() && (after->*is)();
  }

  void add(const std::string& key, SideValue before, SideValue after) {
    Change change;
    change.layer = layer_;
    change.key = key;
    change.path = layer_.empty() ? key : "layers." + layer_ + (key.empty() ? "" : '.' + key);
    change.kind = layer_.empty() ? kind_of_whole(key) : kind_in_layer(key);
    change.before = std::move(before);
    change.after = std::move(after);
    if (!is_tolerated(change)) changes_.push_back(std::move(change));
  }

  bool is_tolerated(const Change& change) const {
    const std::optional<double> delta = change.delta();
    if (!delta) return false;
    return std::any_of(tolerances_.begin(), tolerances_.end(), [&](const Tolerance& tolerance) {
      const double most =
          std::max(tolerance.absolute, tolerance.relative * std::fabs(*change.before.number()));
      return std::fabs(*delta) <= most && matches_pattern(tolerance.path_pattern, change.path);
    });
  }

  void tell_facts_once() {
    std::set<std::string> told;  // in `configuration`, where the sections have them
    bool has_hardware = false;
    for (const Change& change : changes_) {
      static const std::string begin = "configuration.";
      if (!base::starts_with(change.path, begin)) continue;
      std::string fact = change.path.substr(begin.size());
      has_hardware = has_hardware || base::starts_with(fact, "hardware.");
      if (fact == "technology") fact = "energy.technology";
      if (base::starts_with(fact, "hardware.mac_array.accumulator"))
        fact.erase(std::string("hardware.").size(), std::string("mac_array.").size());
      told.insert(fact + ' ' + change.before.json + ' ' + change.after.json);
    }
    const auto is_told = [&](const Change& change) {
      if (change.path == "hardware.config_hash") return has_hardware;
      return told.count(change.path + ' ' + change.before.json + ' ' + change.after.json) != 0;
    };
    changes_.erase(std::remove_if(changes_.begin(), changes_.end(), is_told), changes_.end());
  }

  const std::vector<Tolerance>& tolerances_;
  std::string layer_;
  std::vector<Change> changes_;
};

struct SummaryEntry {
  const char* path;
  const char* label;
};

constexpr std::array<SummaryEntry, 17> kSummary = {
    {{"cycles.total", "cycles"},
     {"cycles.steady_state_total", "cycles of one more image"},
     {"cycles.latency_seconds", "latency"},
     {"cycles.utilization", "utilisation"},
     {"accuracy.float_top1", "top-1, float"},
     {"accuracy.quantized_top1", "top-1"},
     {"accuracy.quantized_top5", "top-5"},
     {"accuracy.agreement_top1", "agreement with float"},
     {"energy.total_picojoules", "energy"},
     {"area.total_square_micrometres", "area"},
     {"memory.weights_bytes", "weights"},
     {"memory.requant_bytes", "requantization parameters"},
     {"memory.channel_shift_bytes", "channel shifts"},
     {"memory.instructions_bytes", "instructions"},
     {"memory.activation_peak_bytes", "activations, peak on chip"},
     {"memory.dram_read_bytes", "DRAM read"},
     {"memory.dram_write_bytes", "DRAM written"}}};

}  // namespace

const char* change_kind_name(ChangeKind kind) {
  static constexpr std::array<const char*, 8> kNames = {
      "configuration", "program", "values", "accuracy", "cycles", "footprint", "energy", "other"};
  return kNames.at(static_cast<std::size_t>(kind));
}

std::string SideValue::text() const {
  if (!is_there()) return "nothing";
  if (json.front() != '"') return json;
  return nlohmann::json::parse(json).get<std::string>();
}

std::optional<double> SideValue::number() const {
  if (!is_there()) return std::nullopt;
  const auto value = nlohmann::json::parse(json);
  if (!value.is_number()) return std::nullopt;
  return value.get<double>();
}

std::optional<double> Change::delta() const {
  const std::optional<double> old_number = before.number();
  const std::optional<double> new_number = after.number();
  if (!old_number || !new_number) return std::nullopt;
  return *new_number - *old_number;
}

std::optional<double> Change::relative() const {
  const std::optional<double> change = delta();
  if (!change || *before.number() == 0) return std::nullopt;
  return *change / std::fabs(*before.number());
}

Difference difference(const json& before, const json& after,
                      const std::vector<Tolerance>& tolerances) {
  Difference result;
  result.changes = Comparer(tolerances).run(before, after);
  for (const SummaryEntry& entry : kSummary) {
    Quantity quantity{entry.path, entry.label, side(find_path(before, entry.path)),
                      side(find_path(after, entry.path))};
    if (quantity.before.number() || quantity.after.number())
      result.summary.push_back(std::move(quantity));
  }
  return result;
}

bool matches_pattern(const std::string& pattern, const std::string& text) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string::npos;  // the last `*`, and where what it stands for ends
  std::size_t star_end = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      star_end = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (star != std::string::npos) {
      p = star + 1;
      t = ++star_end;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string::npos;
}

}  // namespace npusim::report
