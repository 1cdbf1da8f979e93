// SPDX-License-Identifier: Apache-2.0
#include "sim/golden/explanation.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "sim/report/format.h"

namespace npusim::golden {
namespace {

using report::Change;
using report::ChangeKind;
using Lines = std::vector<std::string>;

constexpr std::size_t kColumns = 80, kLabelColumns = 17;
constexpr std::size_t kNameColumns = 26;
constexpr std::size_t kMostRows = 6;  // of keys that changed

bool ends_with(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

std::string name_of(const std::string& layer) { return report::shortened(layer, kNameColumns); }

std::string count_of(std::size_t part, std::size_t whole, const char* what) {
  return fmt::format("{} of {} {}", report::grouped(static_cast<std::int64_t>(part)),
                     report::grouped(static_cast<std::int64_t>(whole)), what);
}

/// A value with the unit that the end of its key says.
std::string value_text(const std::string& key, const report::SideValue& value) {
  constexpr double kMostExact = 9007199254740992.0;
  constexpr std::size_t kMostText = 24;
  const std::optional<double> number = value.number();
  const bool as_written = key.rfind("configuration.", 0) == 0 || key.rfind("hardware.", 0) == 0;
  if (!number || as_written) return report::shortened(value.text(), kMostText);
  if (key.find("_top1") != std::string::npos || key.find("_top5") != std::string::npos ||
      ends_with(key, "utilization"))
    return report::percent(*number, 2);
  if (ends_with(key, "_seconds")) return report::time_text(*number);
  if (*number != std::floor(*number) || std::abs(*number) > kMostExact)
    return fmt::format("{:.6g}", *number);
  const auto whole = static_cast<std::int64_t>(*number);
  if (key.find("picojoules") != std::string::npos) return report::joules_text(whole);
  const std::string text = report::grouped(whole);
  if (ends_with(key, "_bytes")) return text + " bytes";
  const bool cycles = key.rfind("cycles.", 0) == 0 || key.rfind("stalls.", 0) == 0;
  return cycles || ends_with(key, "cycles") ? text + " cycles" : text;
}

/// "41,203 -> 42,911 cycles (+4.15 %)".
std::string from_to(const std::string& key, const Change& change) {
  std::string before = value_text(key, change.before);
  const std::string after = value_text(key, change.after);
  const std::size_t unit = before.rfind(' ');
  if (unit != std::string::npos && ends_with(after, before.substr(unit))) before.resize(unit);
  std::string text = before + " -> " + after;
  const auto relative = change.relative();
  const bool is_fraction = ends_with(value_text(key, change.after), " %");
  constexpr double kMostRatio = 10;  // more is read better from the values
  if (relative && !is_fraction && change.kind != ChangeKind::configuration &&
      std::abs(*relative) < kMostRatio)
    text += fmt::format(" ({:+.2f} %)", 100 * *relative);
  return text;
}

class Explainer {
 public:
  explicit Explainer(const Comparison& comparison) : comparison_(comparison) {
    for (const Change& change : comparison.report.changes) by_kind_[change.kind].push_back(&change);
  }

  std::string text() {
    add("configuration", keys(ChangeKind::configuration, "configuration."));
    add("network", network());
    add("input", inputs());
    add("weights", layers(comparison_.weights, "codes"));
    add("parameters", layers(comparison_.parameters, "biases or scales"));
    add("program", program());
    add("values", values());
    add("accuracy", keys(ChangeKind::accuracy, "accuracy."));
    add("cycles", measured(ChangeKind::cycles, "cycles.total", "cycles"));
    add("footprint", measured(ChangeKind::footprint, "", ""));
    add("energy", measured(ChangeKind::energy, "energy.total_picojoules", "energy_picojoules"));
    add("other", keys(ChangeKind::other, ""));
    return std::move(text_);
  }

 private:
  void add(const std::string& label, const Lines& lines) {
    bool first = true;
    for (const std::string& line : lines) {
      text_ += fmt::format("  {:<{}}{}\n", first ? label : "", kLabelColumns - 2,
                           report::shortened(line, kColumns - kLabelColumns));
      first = false;
    }
  }

  /// Rows of the whole, or of the layers where there are none.
  Lines keys(ChangeKind kind, const std::string& left_out) {
    const std::vector<const Change*>& changes = by_kind_[kind];
    Lines lines;
    for (const Change* change : changes) {
      if (lines.size() == kMostRows) break;
      const bool shorter = change->path.rfind(left_out, 0) == 0;
      const std::string key = shorter ? change->path.substr(left_out.size()) : change->path;
      lines.push_back(report::shortened(key, 40) + ": " + from_to(change->path, *change));
    }
    if (lines.size() < changes.size())
      lines.push_back(fmt::format("and {} more", changes.size() - lines.size()));
    return lines;
  }

  Lines layers(const std::vector<std::string>& names, const char* what) const {
    if (names.empty()) return {};
    if (names.size() == 1) return {fmt::format("only layer {}: {}", name_of(names.front()), what)};
    return {fmt::format("first layer {}: {}", name_of(names.front()), what),
            count_of(names.size(), comparison_.layers, "layers")};
  }

  Lines network() const {
    Lines lines = layers(comparison_.network, "weights or biases");
    const auto list = [&](const char* what, const std::vector<std::string>& names) {
      if (names.empty()) return;
      std::string line = std::string(what) + name_of(names.front());
      if (names.size() > 1) line += fmt::format(" and {} more", names.size() - 1);
      lines.push_back(std::move(line));
    };
    list("layers gone: ", comparison_.layers_gone);
    list("new layers: ", comparison_.layers_new);
    return lines;
  }

  Lines inputs() const {
    if (comparison_.inputs.empty()) return {};
    const TensorChange& first = comparison_.inputs.front();
    return {fmt::format("image {} of input {}", first.image, name_of(first.layer)),
            fmt::format("{} in all", comparison_.inputs.size())};
  }

  Lines program() {
    Lines lines;
    for (const SectionChange& section : comparison_.program_itself()) {
      const auto bytes = [](const std::optional<std::int64_t>& value) {
        return value ? report::grouped(*value) : std::string("nothing");
      };
      const bool same_size = section.before_bytes == section.after_bytes;
      lines.push_back(fmt::format(
          "{}: {}", section.name,
          same_size ? fmt::format("other contents, {} bytes as before", bytes(section.after_bytes))
                    : fmt::format("{} -> {} bytes", bytes(section.before_bytes),
                                  bytes(section.after_bytes))));
    }
    for (std::string& line : keys(ChangeKind::program, "")) lines.push_back(std::move(line));
    return lines;
  }

  static void add_tensor(const char* which, const TensorChange& change, Lines& lines) {
    lines.push_back(fmt::format("{}{}, image {}", which, name_of(change.layer), change.image));
    lines.push_back(fmt::format("  mean code {:.6g} -> {:.6g}, rms {:.6g} -> {:.6g}",
                                change.mean_before, change.mean_after, change.rms_before,
                                change.rms_after));
  }

  Lines values() {
    const std::vector<TensorChange>& tensors = comparison_.tensors;
    Lines lines;
    if (!tensors.empty()) {
      const auto most = std::max_element(tensors.begin(), tensors.end(),
                                         [](const TensorChange& a, const TensorChange& b) {
                                           return a.least_distance() < b.least_distance();
                                         });
      std::set<std::string> names;
      for (const TensorChange& change : tensors) names.insert(change.layer);
      add_tensor("first: ", tensors.front(), lines);
      if (most->least_distance() > 0 && most->layer != tensors.front().layer)
        add_tensor("most:  ", *most, lines);
      lines.push_back(count_of(names.size(), comparison_.layers, "layers"));
    }
    if (comparison_.images_differ)
      lines.emplace_back("other numbers of simulated images, whose tensors are not compared");
    for (const Change* change : by_kind_[ChangeKind::values]) {
      const bool is_hash = change->path.rfind("simulation.output_sha256.", 0) == 0;
      if (is_hash && !tensors.empty()) continue;  // said by the tensors
      if (lines.size() == kMostRows) break;
      lines.push_back(report::shortened(change->path, 40) + ": " + from_to(change->path, *change));
    }
    return lines;
  }

  /// The whole first; then of the layers the first, the one that moved most, and how many.
  Lines measured(ChangeKind kind, const std::string& total, const std::string& layer_key) {
    std::vector<const Change*> whole;
    std::vector<const Change*> of_layers;
    std::set<std::string> layers;
    for (const Change* change : by_kind_[kind]) {
      (change->layer.empty() ? whole : of_layers).push_back(change);
      if (!change->layer.empty()) layers.insert(change->layer);
    }
    Lines lines;
    for (const Change* change : whole) {
      if (change->path == total || (total.empty() && lines.size() < kMostRows))
        lines.push_back(short_key(change->path) + ": " + from_to(change->path, *change));
    }
    for (std::size_t i = 0; lines.empty() && i < whole.size(); ++i)
      lines.push_back(short_key(whole[i]->path) + ": " + from_to(whole[i]->path, *whole[i]));
    if (of_layers.empty()) return lines;

    const auto is_key = [&](const Change* change) {
      return layer_key.empty() || change->key == layer_key || change->key.empty();
    };
    std::vector<const Change*> told;
    std::copy_if(of_layers.begin(), of_layers.end(), std::back_inserter(told), is_key);
    const Change* first = of_layers.front();
    for (const Change* change : told) {  // of the same layer the key that counts
      if (change->layer == first->layer) first = change;
    }
    if (told.empty()) told = of_layers;
    const Change* most = *std::max_element(told.begin(), told.end(), [](auto* a, auto* b) {
      return std::abs(a->delta().value_or(0)) < std::abs(b->delta().value_or(0));
    });
    if (layers.size() == 1) {
      lines.push_back("only: " + layer_text(*first));
      return lines;
    }
    lines.push_back((most == first ? "first and most: " : "first: ") + layer_text(*first));
    if (most != first) lines.push_back("most:  " + layer_text(*most));
    lines.push_back(count_of(layers.size(), comparison_.layers, "layers"));
    return lines;
  }

  static std::string short_key(const std::string& path) {
    const std::size_t dot = path.find('.');
    const std::string key = dot == std::string::npos ? path : path.substr(dot + 1);
    return key == "total_picojoules" ? "total" : report::shortened(key, 40);
  }

  static std::string layer_text(const Change& change) {
    const std::string key =
        change.key.empty() || change.key == "cycles" || change.key == "energy_picojoules"
            ? ""
            : ' ' + report::shortened(change.key, 24);
    return name_of(change.layer) + key + ": " + from_to(change.key, change);
  }

  const Comparison& comparison_;
  std::map<ChangeKind, std::vector<const Change*>> by_kind_;
  std::string text_;
};

}  // namespace

std::string explanation(const Comparison& comparison) { return Explainer(comparison).text(); }

std::string moved_text(const Comparison& comparison) {
  std::string text;
  for (const std::string& each : comparison.moved()) text += (text.empty() ? "" : ", ") + each;
  return text;
}

}  // namespace npusim::golden
