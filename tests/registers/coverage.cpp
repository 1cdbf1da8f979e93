// SPDX-License-Identifier: Apache-2.0
#include "tests/registers/coverage.h"

#include <algorithm>

namespace npusim::registers {
namespace {

using stats::Activity;

std::string unit_name(std::size_t unit) {
  return unit == kCommandProcessor ? "command_processor"
                                   : isa::unit_name(static_cast<isa::Unit>(unit));
}

std::string stall(std::size_t unit, Activity activity) {
  return unit_name(unit) + ": " + stats::activity_name(activity);
}

/// docs/timing-model.md, section 9.
std::vector<Activity> own_causes(std::size_t unit) {
  if (unit == kCommandProcessor) return {Activity::fetch, Activity::queue_full};
  switch (static_cast<isa::Unit>(unit)) {
    case isa::Unit::weight_loader:
      return {Activity::port, Activity::shadow_free};
    case isa::Unit::mac_array:
      return {Activity::port, Activity::feeder, Activity::shadow_full, Activity::drain};
    case isa::Unit::requantization:
      return {Activity::port};
    case isa::Unit::vector:
      return {Activity::port, Activity::pipeline};
    case isa::Unit::dma_out:
      return {Activity::port, Activity::dram};
    default:  // first in their ports' orders
      return {Activity::dram};
  }
}

}  // namespace

Coverage::Coverage() {
  for (std::size_t unit = 0; unit < kAllUnits; ++unit) {
    for (const Activity activity : own_causes(unit)) stalls_[stall(unit, activity)];
    for (int poster = 0; unit != kCommandProcessor && poster < isa::kUnits; ++poster) {
      // Of themselves only these are free before they are done; what a DMA unit waits for so is
      // `dram`.
      const bool waits_for_itself = unit == static_cast<std::size_t>(isa::Unit::mac_array) ||
                                    unit == static_cast<std::size_t>(isa::Unit::requantization);
      if (static_cast<std::size_t>(poster) == unit && !waits_for_itself) continue;
      stalls_[stall(unit, stats::wait_for(static_cast<isa::Unit>(poster)))];
    }
  }
}

void Coverage::add(const Result& result) {
  ++cases_;
  cycles_ += result.total_cycles;
  for (std::size_t unit = 0; unit < kAllUnits; ++unit) {
    for (std::size_t a = 0; a < stats::kActivities; ++a) {
      const auto activity = static_cast<Activity>(a);
      if (!stats::is_stall(activity)) continue;
      count(stalls_, stall(unit, activity), result.units[unit][activity]);
    }
  }
  for (const auto& [pair, cycles] : result.meetings) {
    meetings_[pair];
    count(meetings_, pair, cycles);
  }
}

void Coverage::count(std::map<std::string, Counted>& counts, const std::string& what,
                     std::int64_t cycles) {
  if (cycles == 0) return;
  const auto at = counts.find(what);
  if (at == counts.end()) {
    impossible_.push_back(what);
    return;
  }
  ++at->second.cases;
  at->second.cycles += cycles;
}

std::vector<std::string> Coverage::missing() const {
  std::vector<std::string> missing;
  for (const auto* counts : {&stalls_, &meetings_}) {
    for (const auto& [what, counted] : *counts) {
      if (counted.cycles == 0) missing.push_back(what);
    }
  }
  return missing;
}

std::string Coverage::summary() const {
  std::string text =
      "registers: " + std::to_string(cases_) + " cases, " + std::to_string(cycles_) + " cycles";
  for (const auto* counts : {&stalls_, &meetings_}) {
    const auto by_cases = [](const auto& a, const auto& b) {
      return a.second.cases < b.second.cases;
    };
    const auto least = std::min_element(counts->begin(), counts->end(), by_cases);
    const auto reached = std::count_if(counts->begin(), counts->end(),
                                       [](const auto& c) { return c.second.cycles > 0; });
    text += "; " + std::to_string(reached) + " of " + std::to_string(counts->size()) +
            (counts == &stalls_ ? " stall causes" : " pairs of contenders");
    if (least == counts->end()) continue;
    text += " (least: " + least->first + ", " + std::to_string(least->second.cases) + " cases)";
  }
  return text;
}

}  // namespace npusim::registers
