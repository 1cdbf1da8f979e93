// SPDX-License-Identifier: Apache-2.0
#include "tests/registers/coverage.h"

#include <algorithm>
#include <set>

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
      return {Activity::port, Activity::decode};
    case isa::Unit::vector:
      return {Activity::port, Activity::decode, Activity::pipeline};
    case isa::Unit::dma_out:
      return {Activity::port, Activity::dram};
    default:  // first in their ports' orders
      return {Activity::dram};
  }
}

/// Modes of instructions and machines, and what the DRAM and the accumulators count.
constexpr const char* kFeatures[] = {
    "weight stationary",
    "output stationary",
    "several tiles",
    "depthwise",
    "several depthwise pixels",
    "sums of another matmul",
    "narrow weights",
    "weight zero point",
    "requantization per channel",
    "clamps per channel",
    "groups of rows",
    "shifter in front",
    "max pool",
    "average pool",
    "add",
    "mul",
    "rescale",
    "lookup",
    "loads behind the drain",
    "tiles behind the drain",
    "parity",
    "decoded activations",
    "decoded weights",
    "row hit",
    "row miss",
    "row conflict",
    "refresh",
    "turnaround",
    "other masters",
    "overflow",
};

/// What an instruction does, by its fields.
class Features {
 public:
  Features(const config::HardwareConfig& hardware, std::vector<std::string>& found)
      : hardware_(hardware), found_(found) {}

  template <typename Fields>
  void operator()(const Fields&) {}
  void operator()(const isa::Preload& f) {
    note(f.weight_bits < 8, "narrow weights");
    note(f.weight_zero_point != 0, "weight zero point");
  }
  void operator()(const isa::Matmul& f) {
    const bool tiles = f.mode == isa::ArrayMode::output_stationary;
    note(f.mode == isa::ArrayMode::weight_stationary, "weight stationary");
    note(f.mode == isa::ArrayMode::depthwise, "depthwise");
    note(tiles, "output stationary");
    note(tiles && f.pixels > hardware_.mac_array.rows, "several tiles");
    note(f.column_pixels > 1, "several depthwise pixels");
    note(!f.start_from_bias, "sums of another matmul");
  }
  void operator()(const isa::Requantize& f) {
    note(f.per_channel, "requantization per channel");
    note(f.channel_clamps, "clamps per channel");
    note(hardware_.mac_array.depthwise_pixels > 1 &&
             hardware_.requantization.lanes >= 2 * f.columns && f.pixels > 1,
         "groups of rows");
    note(hardware_.requantization.placement == config::ShifterPlacement::pre_multiply &&
             f.field_bits > 0,
         "shifter in front");
  }
  void operator()(const isa::Pool& f) {
    note(f.operation == isa::PoolOperation::max, "max pool");
    note(f.operation == isa::PoolOperation::average, "average pool");
  }
  void operator()(const isa::Elementwise& f) {
    note(f.operation == isa::ElementwiseOperation::add, "add");
    note(f.operation == isa::ElementwiseOperation::mul, "mul");
    note(f.operation == isa::ElementwiseOperation::rescale, "rescale");
    note(f.operation == isa::ElementwiseOperation::lookup, "lookup");
  }

 private:
  void note(bool occurs, const char* feature) {
    if (occurs) found_.emplace_back(feature);
  }

  const config::HardwareConfig& hardware_;
  std::vector<std::string>& found_;
};

}  // namespace

Coverage::Coverage() {
  for (const char* feature : kFeatures) features_[feature];
  for (std::size_t unit = 0; unit < kAllUnits; ++unit) {
    for (const Activity activity : own_causes(unit)) stalls_[stall(unit, activity)];
    for (int poster = 0; unit != kCommandProcessor && poster < isa::kUnits; ++poster) {
      // Of themselves only these are free before they are done; what a DMA unit waits for so is
      // `dram`.
      const bool waits_for_itself = unit == static_cast<std::size_t>(isa::Unit::weight_loader) ||
                                    unit == static_cast<std::size_t>(isa::Unit::mac_array) ||
                                    unit == static_cast<std::size_t>(isa::Unit::requantization);
      if (static_cast<std::size_t>(poster) == unit && !waits_for_itself) continue;
      stalls_[stall(unit, stats::wait_for(static_cast<isa::Unit>(poster)))];
    }
  }
}

void Coverage::add(const isa::Program& program, const Result& result) {
  add_features(program);
  add_events(result);
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

void Coverage::add_features(const isa::Program& program) {
  std::vector<std::string> found;
  Features features(program.hardware, found);
  for (const isa::Instruction& instruction : program.instructions) {
    std::visit(features, instruction.fields);
  }
  if (!program.hardware.mac_array.overlap_weight_load) found.emplace_back("loads behind the drain");
  if (!program.hardware.mac_array.overlap_drain) found.emplace_back("tiles behind the drain");
  const config::Protection activations = program.hardware.activation_scratchpad.protection;
  const config::Protection weights = program.hardware.weight_scratchpad.protection;
  if (activations == config::Protection::parity) found.emplace_back("parity");
  if (activations == config::Protection::secded) found.emplace_back("decoded activations");
  if (weights == config::Protection::secded) found.emplace_back("decoded weights");
  for (const std::string& feature : std::set<std::string>(found.begin(), found.end())) {
    count(features_, feature, 1);
  }
}

void Coverage::add_events(const Result& result) {
  count(features_, "row hit", result.dram.row_hits);
  count(features_, "row miss", result.dram.row_misses);
  count(features_, "row conflict", result.dram.row_conflicts);
  count(features_, "refresh", result.dram.refreshes);
  count(features_, "turnaround", result.dram.read_write_turnarounds);
  count(features_, "other masters", result.dram.other_masters_requests);
  count(features_, "overflow", result.overflows);
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
  for (const auto* counts : {&stalls_, &meetings_, &features_}) {
    for (const auto& [what, counted] : *counts) {
      if (counted.cycles == 0) missing.push_back(what);
    }
  }
  return missing;
}

std::string Coverage::summary() const {
  std::string text =
      "registers: " + std::to_string(cases_) + " cases, " + std::to_string(cycles_) + " cycles";
  for (const auto* counts : {&stalls_, &meetings_, &features_}) {
    const auto by_cases = [](const auto& a, const auto& b) {
      return a.second.cases < b.second.cases;
    };
    const auto least = std::min_element(counts->begin(), counts->end(), by_cases);
    const auto reached = std::count_if(counts->begin(), counts->end(),
                                       [](const auto& c) { return c.second.cycles > 0; });
    text += "; " + std::to_string(reached) + " of " + std::to_string(counts->size()) +
            (counts == &stalls_     ? " stall causes"
             : counts == &meetings_ ? " pairs of contenders"
                                    : " modes and events");
    if (least == counts->end()) continue;
    text += " (least: " + least->first + ", " + std::to_string(least->second.cases) + " cases)";
  }
  return text;
}

}  // namespace npusim::registers
