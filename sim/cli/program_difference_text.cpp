// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/program_difference_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>
#include <vector>

#include "sim/cli/table.h"
#include "sim/report/format.h"

namespace npusim::cli {
namespace {

using isa::ProgramChange;
using isa::ProgramPart;
using report::shortened;

constexpr char kHash[] = " (hash)";

bool is_of_layer(const ProgramChange& change) {
  return !change.item.empty() &&
         (change.part == ProgramPart::layers || change.part == ProgramPart::instructions);
}

/// "other weights" of contents, else both values.
std::string layer_change_text(const ProgramChange& change) {
  constexpr std::size_t kMostValue = 22;
  const std::size_t hash = change.what.find(kHash);
  if (hash != std::string::npos) return "other " + change.what.substr(0, hash);
  const std::string text =
      fmt::format("{} {} -> {}", change.what, shortened(change.before, kMostValue),
                  shortened(change.after, kMostValue));
  return change.instructions > 1 ? text + fmt::format(" ({} such)", change.instructions) : text;
}

class Writer {
 public:
  Writer(const isa::ProgramDifference& difference, const report::DifferenceStyle& style)
      : difference_(difference), style_(style) {}

  std::string write() {
    pairs("Hardware", ProgramPart::hardware);
    pairs("Settings", ProgramPart::settings);
    pairs("Memory", ProgramPart::memory);
    first_instruction();
    layers();
    pairs("Tensors", ProgramPart::tensors);
    pairs("Semaphores", ProgramPart::semaphores);
    return std::move(out_);
  }

 private:
  void heading(const std::string& title) {
    if (!out_.empty()) out_ += '\n';
    out_ += bold(title, style_.text.colour) + '\n';
  }

  std::size_t shown(std::size_t rows) const {
    return style_.most_rows == 0 ? rows : std::min(rows, style_.most_rows);
  }

  void more(std::size_t rows) {
    if (shown(rows) < rows) out_ += fmt::format("  and {} more (--all)\n", rows - shown(rows));
  }

  void pairs(const std::string& title, ProgramPart part) {
    constexpr std::size_t kMostName = 40;
    constexpr std::size_t kMostBefore = 26;
    std::vector<std::pair<std::string, const ProgramChange*>> rows;
    std::size_t name_width = 0;
    std::size_t before_width = 0;
    for (const ProgramChange& change : difference_.changes) {
      if (change.part != part) continue;
      const bool says_itself = change.what == "semaphore" || change.what == "tensor";
      std::string name = change.item.empty() ? change.what : change.item;
      if (!change.item.empty() && !says_itself) name += ' ' + change.what;
      rows.emplace_back(shortened(name, kMostName), &change);
    }
    if (rows.empty()) return;
    heading(title);
    for (std::size_t i = 0; i < shown(rows.size()); ++i) {
      name_width = std::max(name_width, rows[i].first.size());
      before_width = std::max(before_width, std::min(kMostBefore, rows[i].second->before.size()));
    }
    before_width = std::min(before_width, (kTerminalColumns - 8 - name_width) / 2);
    const std::size_t after_width = kTerminalColumns - 8 - name_width - before_width;
    for (std::size_t i = 0; i < shown(rows.size()); ++i) {
      const auto& [name, change] = rows[i];
      out_ += fmt::format("  {:<{}}  {:>{}} -> {}\n", name, name_width,
                          shortened(change->before, before_width), before_width,
                          shortened(change->after, after_width));
    }
    more(rows.size());
  }

  void first_instruction() {
    if (!difference_.first_instruction) return;
    constexpr std::size_t kLabel = 10;
    const isa::FirstInstruction& first = *difference_.first_instruction;
    heading(fmt::format("First instruction that differs: {}", first.index));
    const auto side = [&](const char* name, const std::string& label, const std::string& text) {
      // "instruction 12 (...)": the number is in the heading.
      const std::size_t open = label.find('(');
      const std::string where =
          open == std::string::npos ? "" : label.substr(open + 1, label.size() - open - 2);
      const std::string clean = shortened(text, text.size());  // semaphores' names are the file's
      out_ += fmt::format("  {:<8}{}\n", name, wrapped(clean, kTerminalColumns, kLabel));
      if (!where.empty())
        out_ += std::string(kLabel, ' ') + "; " + shortened(where, kTerminalColumns - 12) + '\n';
    };
    side("before", first.before_label, first.before);
    side("after", first.after_label, first.after);
  }

  void layers() {
    std::vector<std::string> order;
    std::map<std::string, std::vector<const ProgramChange*>> by_layer;
    for (const ProgramChange& change : difference_.changes) {
      if (change.part == ProgramPart::layers && change.item.empty()) {
        heading("Order of layers");
        out_ += "  " + wrapped(layer_change_text(change), kTerminalColumns, 4) + '\n';
      }
      if (!is_of_layer(change)) continue;
      if (by_layer.count(change.item) == 0) order.push_back(change.item);
      by_layer[change.item].push_back(&change);
    }
    if (order.empty()) return;
    heading("Layers, in their order");
    for (std::size_t i = 0; i < shown(order.size()); ++i) layer(order[i], by_layer.at(order[i]));
    more(order.size());
  }

  void layer(const std::string& name, const std::vector<const ProgramChange*>& changes) {
    constexpr std::size_t kMostChanges = 8;
    out_ += "  " + shortened(name, kTerminalColumns - 2) + '\n';
    const std::size_t count =
        style_.most_rows == 0 ? changes.size() : std::min(changes.size(), kMostChanges);
    std::string current = "   ";
    for (std::size_t i = 0; i < count; ++i) {
      std::string part = shortened(layer_change_text(*changes[i]), kTerminalColumns - 20);
      if (i + 1 < count) part += ',';
      if (i + 1 == count && count < changes.size())
        part += fmt::format(" and {} more", changes.size() - count);
      if (current.size() + 1 + part.size() > kTerminalColumns) {
        out_ += current + '\n';
        current = "   ";
      }
      current += ' ' + part;
    }
    out_ += current + '\n';
  }

  const isa::ProgramDifference& difference_;
  const report::DifferenceStyle& style_;
  std::string out_;
};

}  // namespace

std::string program_difference_text(const isa::ProgramDifference& difference,
                                    const report::DifferenceStyle& style) {
  return Writer(difference, style).write();
}

std::string changed_parts_text(const isa::ProgramDifference& difference) {
  std::map<ProgramPart, std::set<std::string>> parts;
  for (const ProgramChange& change : difference.changes) {
    std::set<std::string>& items = parts[change.part];
    if (!change.item.empty()) items.insert(change.item);
  }
  if (difference.first_instruction) parts[ProgramPart::instructions];
  std::string text;
  for (const auto& [part, items] : parts) {
    text += (text.empty() ? "" : ", ") + std::string(isa::program_part_name(part));
    if (items.empty()) continue;
    const char* of_layers = part != ProgramPart::instructions ? ""
                            : items.size() == 1               ? " layer"
                                                              : " layers";
    text += fmt::format(" ({}{})", items.size(), of_layers);
  }
  return text;
}

std::string to_json(const isa::ProgramDifference& difference) {
  using nlohmann::json;
  json document = {
      {"compared", "programs"}, {"same", difference.is_same()}, {"changes", json::array()}};
  for (const ProgramChange& change : difference.changes) {
    json row = {{"part", isa::program_part_name(change.part)},
                {"what", change.what},
                {"before", change.before},
                {"after", change.after}};
    if (!change.item.empty()) row["item"] = change.item;
    if (change.instructions > 0) row["instructions"] = change.instructions;
    document["changes"].push_back(std::move(row));
  }
  if (const auto& first = difference.first_instruction) {
    document["first_instruction"] = {
        {"index", first->index}, {"before", first->before}, {"after", first->after}};
  }
  return document.dump(2, ' ', false, json::error_handler_t::replace) + '\n';
}

}  // namespace npusim::cli
