// SPDX-License-Identifier: Apache-2.0
#include "sim/base/nearest.h"

#include <algorithm>
#include <cstddef>

namespace npusim::base {
namespace {

constexpr std::size_t kLongestText = 512;  // no name is longer, and comparing takes its time
constexpr std::size_t kLeastLetters = 3;   // fewer begin anything

/// Insertions, deletions, replacements and swaps of neighbours, each letter touched once.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  const std::size_t columns = b.size() + 1;
  std::vector<std::size_t> before_last(columns), last(columns), row(columns);
  for (std::size_t j = 0; j < columns; ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j < columns; ++j) {
      const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({replaced, last[j] + 1, row[j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    std::swap(before_last, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

bool is_word_of(std::string_view text, std::string_view name) {
  const auto parts = [&](std::size_t at) {
    return std::string_view("._-:").find(name[at]) != std::string_view::npos;
  };
  for (std::size_t at = name.find(text); at != std::string_view::npos;
       at = name.find(text, at + 1)) {
    const std::size_t end = at + text.size();
    if ((at == 0 || parts(at - 1)) && (end == name.size() || parts(end))) return true;
  }
  return false;
}

/// The shortest choice that the test holds for.
template <typename Test>
std::string shortest(const std::vector<std::string>& choices, const Test& test) {
  const std::string* found = nullptr;
  for (const std::string& choice : choices) {
    if ((found == nullptr || choice.size() < found->size()) && test(choice)) found = &choice;
  }
  return found == nullptr ? "" : *found;
}

}  // namespace

std::string nearest_choice(std::string_view text, const std::vector<std::string>& choices) {
  if (text.size() > kLongestText) return "";
  std::string nearest;
  std::size_t best = std::max<std::size_t>(2, text.size() / 3) + 1;
  for (const std::string& choice : choices) {
    const std::size_t difference =
        std::max(text.size(), choice.size()) - std::min(text.size(), choice.size());
    if (difference >= best) continue;
    const std::size_t distance = edit_distance(text, choice);
    if (distance < best && distance < choice.size()) {
      best = distance;
      nearest = choice;
    }
  }
  if (!nearest.empty() || text.size() < kLeastLetters) return nearest;
  nearest = shortest(choices, [&](const std::string& choice) {
    return choice.compare(0, text.size(), text) == 0;
  });
  if (!nearest.empty()) return nearest;
  return shortest(choices, [&](const std::string& choice) { return is_word_of(text, choice); });
}

std::string did_you_mean(std::string_view text, const std::vector<std::string>& choices) {
  const std::string nearest = nearest_choice(text, choices);
  return nearest.empty() ? "" : "; did you mean " + nearest + '?';
}

}  // namespace npusim::base
