// SPDX-License-Identifier: Apache-2.0
// What `golden check` and `golden update` print.
#include <fmt/format.h>

#include <algorithm>

#include "sim/cli/command.h"
#include "sim/cli/golden_cases.h"
#include "sim/cli/table.h"
#include "sim/golden/explanation.h"
#include "sim/report/difference_text.h"
#include "sim/report/format.h"

namespace npusim::cli {
namespace {

constexpr std::size_t kMessageIndent = 2;

std::string result_of(const CaseOutcome& outcome) {
  if (outcome.ran()) return outcome.comparison.is_same() ? "same" : "differs";
  if (outcome.exit_code == kBadInput) return "bad input";
  return outcome.exit_code == kSimulationFailed ? "failed" : "internal error";
}

/// Names come from files: nothing of them may move the cursor.
std::string printable(std::string text) {
  std::replace_if(
      text.begin(), text.end(),
      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, '?');
  return text;
}

std::string number_of(std::size_t count) {
  return report::grouped(static_cast<std::int64_t>(count));
}

std::string summary(const std::vector<CaseOutcome>& outcomes) {
  const auto count = [&](const auto& is) {
    return static_cast<std::size_t>(std::count_if(outcomes.begin(), outcomes.end(), is));
  };
  const std::size_t broken = count([](const CaseOutcome& each) { return !each.ran(); });
  const std::size_t same =
      count([](const CaseOutcome& each) { return each.ran() && each.comparison.is_same(); });
  const std::size_t differ = outcomes.size() - same - broken;
  std::string text = fmt::format("{} case{}: {} the same", number_of(outcomes.size()),
                                 outcomes.size() == 1 ? "" : "s", number_of(same));
  if (differ > 0) text += fmt::format(", {} different", number_of(differ));
  if (broken > 0) text += fmt::format(", {} could not be run", number_of(broken));
  return text + '\n';
}

}  // namespace

std::string outcomes_text(const std::vector<CaseOutcome>& outcomes, bool details, bool colour) {
  Table table({{"case", ColumnKind::name}, {"result"}, {"what moved", ColumnKind::text}});
  for (const CaseOutcome& outcome : outcomes) {
    table.add({printable(outcome.place.name), result_of(outcome),
               outcome.ran() ? golden::moved_text(outcome.comparison) : ""});
  }
  std::string text = table.text(colour);
  for (const CaseOutcome& outcome : outcomes) {
    const std::string name = '\n' + bold(printable(outcome.place.name), colour) + '\n';
    if (!outcome.ran()) {
      text += name;
      for (const std::string& message : outcome.messages) {
        text += std::string(kMessageIndent, ' ') +
                wrapped(printable(message), kTerminalColumns, kMessageIndent) + '\n';
      }
    } else if (!outcome.comparison.is_same()) {
      text += name + golden::explanation(outcome.comparison);
      if (details) {
        report::DifferenceStyle style;
        style.text.colour = colour;
        style.most_rows = 0;
        text += '\n' + report::difference_text(outcome.comparison.report, style);
      }
    }
  }
  return text + '\n' + summary(outcomes);
}

}  // namespace npusim::cli
