// SPDX-License-Identifier: Apache-2.0
#include "sim/report/difference_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "sim/base/text.h"
#include "sim/report/colours.h"
#include "sim/report/format.h"

namespace npusim::report {
namespace {

/// What a number counts, told from the end of its path.
enum class Unit { none, count, cycles, bytes, seconds, picojoules, watts, area, fraction };

Unit unit_of(const std::string& path) {
  if (base::starts_with(path, "configuration.")) return Unit::none;  // as files and --set have it
  const std::string key = path.substr(path.rfind('.') + 1);
  if (base::ends_with(key, "utilization") || key.find("_top1") != std::string::npos ||
      key.find("_top5") != std::string::npos)
    return Unit::fraction;
  if (base::ends_with(key, "_bytes")) return Unit::bytes;
  if (base::ends_with(key, "_seconds")) return Unit::seconds;
  if (base::ends_with(key, "_watts")) return Unit::watts;
  if (path.find("picojoules") != std::string::npos) return Unit::picojoules;
  if (path.find("square_micrometres") != std::string::npos) return Unit::area;
  if (base::starts_with(path, "cycles.") || base::ends_with(key, "cycles") ||
      path.find("stalls.") != std::string::npos)
    return Unit::cycles;
  return base::starts_with(path, "hardware.") ? Unit::none : Unit::count;
}

std::string whole(double value) {
  // Beyond that an integer of the report need not be one of a double.
  constexpr double kMostExact = 9007199254740992.0;
  if (value != std::floor(value) || std::fabs(value) > kMostExact)
    return fmt::format("{:.6g}", value);
  return grouped(static_cast<std::int64_t>(value));
}

/// A number that is not negative, with its unit.
std::string with_unit(double value, Unit unit) {
  constexpr double kSquareMicrometresPerSquareMillimetre = 1e6;
  constexpr double kMostPicojoules = 9e18;
  switch (unit) {
    case Unit::cycles:
      return whole(value) + " cycles";
    case Unit::bytes:
      return whole(value) + " bytes";
    case Unit::seconds:
      return time_text(value);
    case Unit::watts:
      return fmt::format("{:.4g} W", value);
    case Unit::picojoules:
      return joules_text(std::llround(std::min(value, kMostPicojoules)));
    case Unit::area:
      return fmt::format("{:.3f} mm2", value / kSquareMicrometresPerSquareMillimetre);
    case Unit::fraction:
      return percent(value, 2);
    case Unit::none:
    case Unit::count:
      break;
  }
  return whole(value);
}

std::string value_text(const SideValue& value, Unit unit) {
  const std::optional<double> number = value.number();
  if (!number || unit == Unit::none) return value.text();
  return *number < 0 ? '-' + with_unit(-*number, unit) : with_unit(*number, unit);
}

std::string delta_text(double delta, Unit unit) {
  const std::string sign = delta < 0 ? "-" : "+";
  const double size = std::fabs(delta);
  if (unit == Unit::fraction) return fmt::format("{}{:.2f} points", sign, 100 * size);
  return sign + with_unit(size, unit);
}

std::string relative_text(double relative) {
  constexpr double kMost = 99.995;
  if (relative > kMost) return fmt::format("x {:.0f}", relative + 1);
  return fmt::format("{:+.2f} %", 100 * relative);
}

/// Of a row: in percent where that says something, else the difference itself.
std::string change_text(const Change& change, Unit unit) {
  const std::optional<double> delta = change.delta();
  if (!delta) return change.before.json == change.after.json ? "same" : "";
  if (*delta == 0) return "same";
  const std::optional<double> relative = change.relative();
  return relative && unit != Unit::fraction ? relative_text(*relative) : delta_text(*delta, unit);
}

/// The changes of one layer.
struct LayerRow {
  std::string name;
  const Change* cycles = nullptr;  // nullptr: they are the same
  std::vector<const Change*> others;

  /// Of another energy; decides where the cycles do not.
  double energy_effect() const {
    for (const Change* change : others) {
      if (change->key == "energy_picojoules") return std::fabs(change->delta().value_or(0));
    }
    return 0;
  }
  double effect() const {
    if (cycles == nullptr) return 0;
    return std::fabs(cycles->delta().value_or(cycles->before.number().value_or(0) +
                                              cycles->after.number().value_or(0)));
  }
};

std::vector<LayerRow> layer_rows(const Difference& difference) {
  std::vector<LayerRow> rows;
  for (const Change& change : difference.changes) {
    if (change.layer.empty()) continue;
    if (rows.empty() || rows.back().name != change.layer) rows.push_back({change.layer, {}, {}});
    if (change.key == "cycles") {
      rows.back().cycles = &change;
    } else {
      rows.back().others.push_back(&change);
    }
  }
  std::stable_sort(rows.begin(), rows.end(), [](const LayerRow& a, const LayerRow& b) {
    return a.effect() != b.effect() ? a.effect() > b.effect()
                                    : a.energy_effect() > b.energy_effect();
  });
  return rows;
}

/// How a key of a layer reads in the list of causes, and its place there; those of a name that
/// another one explains are left out.
struct Cause {
  int rank = 0;
  double size = 0;  // larger ones first within a rank
  std::string text;
};

std::string cause_name(const std::string& key) {
  static const std::map<std::string, std::string> names = {
      {"stall_cycles", "stalled"},
      {"compute_bound_cycles", "compute bound"},
      {"memory_bound_cycles", "memory bound"},
      {"dram_read_bytes", "DRAM read"},
      {"dram_write_bytes", "DRAM written"},
      {"weights_bytes", "weights"},
      {"energy_picojoules", "energy"},
      {"span_cycles", "span"}};
  const auto found = names.find(key);
  if (found != names.end()) return found->second;
  if (base::starts_with(key, "stalls.")) return key.substr(key.find('.') + 1);
  std::string name = key;
  std::replace(name.begin(), name.end(), '_', ' ');
  return name;
}

std::vector<Cause> causes_of(const LayerRow& row) {
  const auto has = [&](const std::string& begin) {
    return std::any_of(row.others.begin(), row.others.end(),
                       [&](const Change* change) { return base::starts_with(change->key, begin); });
  };
  const bool has_stalls = has("stalls.");
  std::vector<Cause> causes;
  for (const Change* change : row.others) {
    const std::string& key = change->key;
    if (key == "utilization" || base::starts_with(key, "energy_by_unit"))
      continue;  // said by others
    if (key == "span_cycles" && row.cycles != nullptr) continue;
    if (key == "stall_cycles" && has_stalls) continue;
    std::optional<double> delta = change->delta();
    if (base::starts_with(key, "stalls.")) {  // a cause that there was not is not in the report
      delta = change->after.number().value_or(0) - change->before.number().value_or(0);
    }
    Cause cause;
    cause.rank = base::starts_with(key, "stall") ? 0 : static_cast<int>(change->kind) + 1;
    if (key.empty()) {
      const bool is_new = !change->before.is_there();
      cause.text =
          fmt::format("{} in the {} only", is_new ? change->after.text() : change->before.text(),
                      is_new ? "second" : "first");
    } else if (delta) {
      cause.size = std::fabs(*delta);
      cause.text = cause_name(key) + ' ' + delta_text(*delta, unit_of(change->path));
    } else {
      cause.text = fmt::format("{} {} -> {}", cause_name(key), shortened(change->before.text(), 24),
                               shortened(change->after.text(), 24));
    }
    causes.push_back(std::move(cause));
  }
  std::stable_sort(causes.begin(), causes.end(), [](const Cause& a, const Cause& b) {
    return a.rank != b.rank ? a.rank < b.rank : a.size > b.size;
  });
  return causes;
}

/// A key of the configuration as --set has it; of results without the units, which their values
/// have.
std::string row_name(std::string path) {
  static const std::string configuration = "configuration.";
  if (base::starts_with(path, configuration)) return path.substr(configuration.size());
  for (const std::string unit : {"_picojoules", "_square_micrometres", ".by_unit"}) {
    const std::size_t at = path.find(unit);
    if (at != std::string::npos) path.erase(at, unit.size());
  }
  return path;
}

class Writer {
 public:
  Writer(const Difference& difference, const DifferenceStyle& style)
      : difference_(difference), style_(style) {}

  std::string write() {
    if (difference_.is_same()) return "";
    configuration();
    summary();
    layers();
    stalls();
    rest();
    return std::move(out_);
  }

 private:
  void line(const std::string& text) {
    const std::size_t end = text.find_last_not_of(' ');
    out_ += text.substr(0, end == std::string::npos ? 0 : end + 1) + '\n';
  }

  std::string coloured(const std::string& text, const char* colour) const {
    return style_.text.colour ? colour + text + kPlain : text;
  }

  /// The title in bold, and headings of columns behind it.
  void heading(const std::string& title, const std::string& columns = "") {
    if (!out_.empty()) out_ += '\n';
    line(coloured(title, kBold) + columns);
  }

  std::size_t shown(std::size_t rows) const {
    return style_.most_rows == 0 ? rows : std::min(rows, style_.most_rows);
  }

  void more(std::size_t rows, const std::string& what) {
    if (shown(rows) < rows)
      line(fmt::format("  and {} more {} (--all)",
                       grouped(static_cast<std::int64_t>(rows - shown(rows))), what));
  }

  /// "key   before -> after" of each change.
  void pairs(const std::string& title, const std::vector<const Change*>& changes) {
    constexpr std::size_t kMostKey = 42;
    constexpr std::size_t kMostValue = 15;
    if (changes.empty()) return;
    heading(title);
    struct Row {
      std::string key, before, after;
    };
    std::vector<Row> rows;
    std::size_t key_width = 0;
    std::size_t value_width = 0;
    for (std::size_t i = 0; i < shown(changes.size()); ++i) {
      const Change& change = *changes[i];
      const Unit unit = unit_of(change.path);
      rows.push_back({shortened(row_name(change.path), kMostKey),
                      shortened(value_text(change.before, unit), 60),
                      shortened(value_text(change.after, unit), 60)});
      key_width = std::max(key_width, rows.back().key.size());
      value_width = std::max(value_width, std::min(kMostValue, rows.back().before.size()));
    }
    const std::size_t after_width = kTextColumns - 2 - key_width - 2 - value_width - 4;
    for (const Row& row : rows) {
      line(fmt::format("  {:<{}}  {:>{}} -> {}", row.key, key_width,
                       shortened(row.before, value_width), value_width,
                       shortened(row.after, after_width)));
    }
    more(changes.size(), changes.size() - shown(changes.size()) == 1 ? "value" : "values");
  }

  void configuration() {
    std::vector<const Change*> changes;
    for (const Change& change : difference_.changes) {
      if (change.kind == ChangeKind::configuration && change.layer.empty())
        changes.push_back(&change);
    }
    std::stable_partition(changes.begin(), changes.end(), [](const Change* change) {
      return base::ends_with(change->path, ".name");
    });
    pairs("Configuration", changes);
  }

  void summary() {
    if (difference_.summary.empty()) return;
    heading("Summary", fmt::format("{:>{}}{:>18}{:>16}", "before", 37, "after", "change"));
    for (const Quantity& quantity : difference_.summary) {
      Change change;
      change.path = quantity.path;
      change.before = quantity.before;
      change.after = quantity.after;
      const Unit unit = unit_of(change.path);
      const std::string text = fmt::format("{:>16}", change_text(change, unit));
      line(fmt::format("  {:<25} {:>16}{:>18}", quantity.label, value_text(change.before, unit),
                       value_text(change.after, unit)) +
           judged(text, change, unit));
    }
  }

  /// Of accuracy and utilization more is better, of everything else less.
  std::string judged(const std::string& text, const Change& change, Unit unit) const {
    const double delta = change.delta().value_or(0);
    if (delta == 0) return text;
    return coloured(text, (delta > 0) == (unit == Unit::fraction) ? kGreen : kRed);
  }

  void layers() {
    const std::vector<LayerRow> rows = layer_rows(difference_);
    if (rows.empty()) return;
    heading("Layers by effect",
            fmt::format("{:>{}}{:>14}{:>13}{:>12}", "cycles before", 25, "after", "change", ""));
    for (std::size_t i = 0; i < shown(rows.size()); ++i) layer(rows[i]);
    more(rows.size(), rows.size() - shown(rows.size()) == 1 ? "layer" : "layers");
  }

  void layer(const LayerRow& row) {
    constexpr std::size_t kName = 27;
    std::string text = fmt::format("  {:<{}}", shortened(row.name, kName), kName);
    if (row.cycles == nullptr) return causes(causes_of(row), text + " same cycles;");
    const auto cycles = [](const SideValue& value) {
      const auto number = value.number();
      return number ? whole(*number) : std::string("-");
    };
    text += fmt::format(" {:>12} {:>12}", cycles(row.cycles->before), cycles(row.cycles->after));
    if (const auto delta = row.cycles->delta()) {
      const std::string sign = *delta < 0 ? "-" : "+";
      const auto relative = row.cycles->relative();
      text += judged(fmt::format(" {:>12} {:>10}", sign + whole(std::fabs(*delta)),
                                 relative ? relative_text(*relative) : ""),
                     *row.cycles, Unit::cycles);
    }
    line(text);
    causes(causes_of(row), "   ");
  }

  /// Behind what `current` begins with.
  void causes(const std::vector<Cause>& all, std::string current) {
    constexpr std::size_t kMostCauses = 5;
    const std::size_t count =
        style_.most_rows == 0 ? all.size() : std::min(all.size(), kMostCauses);
    for (std::size_t i = 0; i < count; ++i) {
      const bool is_last = i + 1 == count;
      std::string part = shortened(all[i].text, kTextColumns - 6);
      if (!is_last) part += ',';
      if (is_last && count < all.size()) part += fmt::format(" and {} more", all.size() - count);
      if (current.size() + 1 + part.size() > kTextColumns) {
        line(current);
        current = "   ";
      }
      current += ' ' + part;
    }
    if (!all.empty()) line(current);
  }

  static bool is_stall(const Change& change) {
    return base::starts_with(change.path, "cycles.stalls.");
  }

  /// Of the units, by size.
  void stalls() {
    struct Row {
      const Change* change;
      double delta;
    };
    std::vector<Row> rows;
    for (const Change& change : difference_.changes) {
      if (!is_stall(change)) continue;
      // A cause that a unit did not have is not in the report.
      const double delta = change.after.number().value_or(0) - change.before.number().value_or(0);
      rows.push_back({&change, delta});
    }
    std::stable_sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) {
      return std::fabs(a.delta) > std::fabs(b.delta);
    });
    if (rows.empty()) return;
    heading("Stalls of the units",
            fmt::format("{:>{}}{:>13}{:>13}", "cycles before", 29, "after", "change"));
    const auto cycles = [](const SideValue& value) { return whole(value.number().value_or(0)); };
    for (std::size_t i = 0; i < shown(rows.size()); ++i) {
      const Change& change = *rows[i].change;
      std::string name = change.path.substr(std::string("cycles.stalls.").size());
      std::replace(name.begin(), name.end(), '.', ' ');
      line(fmt::format("  {:<33} {:>12} {:>12} {:>12}", shortened(name, 33), cycles(change.before),
                       cycles(change.after),
                       (rows[i].delta < 0 ? "-" : "+") + whole(std::fabs(rows[i].delta))));
    }
    more(rows.size(), "causes");
  }

  void rest() {
    std::set<std::string> told;
    for (const Quantity& quantity : difference_.summary) told.insert(quantity.path);
    std::vector<const Change*> changes;
    for (const Change& change : difference_.changes) {
      if (change.layer.empty() && change.kind != ChangeKind::configuration && !is_stall(change) &&
          told.count(change.path) == 0)
        changes.push_back(&change);
    }
    pairs("Everything else", changes);
  }

  const Difference& difference_;
  const DifferenceStyle& style_;
  std::string out_;
};

}  // namespace

std::string difference_text(const Difference& difference, const DifferenceStyle& style) {
  return Writer(difference, style).write();
}

std::string changed_kinds_text(const Difference& difference) {
  std::map<ChangeKind, std::set<std::string>> kinds;
  for (const Change& change : difference.changes) {
    std::set<std::string>& layers = kinds[change.kind];
    if (!change.layer.empty()) layers.insert(change.layer);
  }
  std::string text;
  for (const auto& [kind, layers] : kinds) {
    text += (text.empty() ? "" : ", ") + std::string(change_kind_name(kind));
    if (!layers.empty())
      text += fmt::format(" ({} layer{})", layers.size(), layers.size() == 1 ? "" : "s");
  }
  return text;
}

}  // namespace npusim::report
