// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/compare_rows.h"

#include <algorithm>
#include <iterator>

#include "sim/base/errors.h"
#include "sim/base/nearest.h"

namespace npusim::cli {
namespace {

constexpr std::int64_t kWidestField = 4;

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == separator) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

/// The rows without regard to bias correction.
std::vector<CompareRow> schemes(const config::QuantizationConfig& base) {
  std::vector<CompareRow> rows;
  const auto add = [&](const std::string& name, const char* scheme) -> CompareRow& {
    rows.push_back({name, base});
    rows.back().choice.scheme = scheme;
    rows.back().choice.symmetric = true;
    rows.back().choice.equalization = false;
    return rows.back();
  };
  add("per_layer", "per_layer");
  add("per_layer_asymmetric", "per_layer").choice.symmetric = false;
  for (std::int64_t bits = 1; bits <= kWidestField; ++bits) {
    for (const char* rule : {"floor", "octave"}) {
      CompareRow& row = add("shift_scaler:" + std::to_string(bits) + ':' + rule, "shift_scaler");
      row.choice.field_bits = bits;
      row.choice.rule = rule;
    }
  }
  add("per_channel", "per_channel");
  add("equalization", "per_layer").choice.equalization = true;
  return rows;
}

/// Whether the row's name begins with the pick's first part and has its others in this order.
bool fits(const std::string& row, const std::string& pick) {
  const std::vector<std::string> parts = split(row, ':');
  const std::vector<std::string> wanted = split(pick, ':');
  if (parts.front() != wanted.front()) return false;
  auto from = parts.begin();
  for (const std::string& part : wanted) {
    from = std::find(from, parts.end(), part);
    if (from == parts.end()) return false;
    ++from;
  }
  return true;
}

/// "float, per_layer, shift_scaler[:1..4][:floor|octave], per_channel"
std::string choices(const std::vector<CompareRow>& rows) {
  std::string list = "float";
  std::string last;
  for (const CompareRow& row : rows) {
    const std::string first = split(row.name, ':').front();
    if (first == last || row.choice.bias_correction) continue;
    list += ", " + first + (first == row.name ? "" : "[:1..4][:floor|octave]");
    last = first;
  }
  return list;
}

}  // namespace

std::vector<CompareRow> all_compare_rows(const config::QuantizationConfig& base) {
  std::vector<CompareRow> rows;
  for (const bool bias_correction : {false, true}) {
    for (CompareRow& row : schemes(base)) {
      row.choice.bias_correction = bias_correction;
      rows.push_back(std::move(row));
    }
  }
  return rows;
}

std::vector<CompareRow> picked_rows(const std::vector<CompareRow>& rows, const std::string& list,
                                    const std::string& key) {
  const std::vector<std::string> picks = split(list, ',');
  std::vector<std::string> names = {"float"};
  for (const CompareRow& row : rows) {
    names.push_back(split(row.name, ':').front());
    names.push_back(row.name);
  }
  base::ErrorList errors;
  for (const std::string& pick : picks) {
    const bool known =
        pick == "float" || std::any_of(rows.begin(), rows.end(),
                                       [&](const CompareRow& row) { return fits(row.name, pick); });
    if (!known) {
      errors.add("", key, pick.empty() ? "nothing" : pick,
                 "one of " + choices(rows) + base::did_you_mean(pick, names));
    }
  }
  errors.throw_if_any();
  std::vector<CompareRow> picked;
  std::copy_if(rows.begin(), rows.end(), std::back_inserter(picked), [&](const CompareRow& row) {
    return std::any_of(picks.begin(), picks.end(),
                       [&](const std::string& pick) { return fits(row.name, pick); });
  });
  return picked;
}

}  // namespace npusim::cli
