// SPDX-License-Identifier: Apache-2.0
// Traces of drawn networks on drawn machines: the rules of the format, arrows that match, and sums
// that are the simulation's counters.
#include "sim/trace/trace.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <set>

#include "sim/base/files.h"
#include "sim/model/observers.h"
#include "sim/model/simulate.h"
#include "sim/stats/bounds.h"
#include "tests/support/drawn_programs.h"
#include "tests/support/support.h"

namespace npusim::trace {
namespace {

using nlohmann::json;

#ifdef NPUSIM_SANITIZED_TESTS
constexpr std::uint64_t kNetworks = 3;
#else
constexpr std::uint64_t kNetworks = 12;
#endif

struct Slice {
  std::int64_t begin, end;
  bool stall;
  std::string cause;
  std::size_t instruction;
  bool operator<(const Slice& other) const {
    return std::pair(begin, end) < std::pair(other.begin, other.end);
  }
};

/// What was read of a trace, by the units' names.
struct Read {
  std::map<std::string, std::vector<Slice>> slices;
  std::map<std::string, std::vector<std::array<std::int64_t, 3>>> counters;  // ts, values
  std::map<std::string, std::map<std::string, std::pair<std::int64_t, std::int64_t>>> layers;
  std::size_t arrows = 0;
  json facts;
};

/// Every bursts' grant, as an event of the machine: on the same windows as the trace's.
class Grants final : public model::Observer {
 public:
  bool wants_single_bursts() const override { return true; }
  void on_dram_burst(const model::DramBurst& burst) override { bursts.push_back(burst); }
  std::vector<model::DramBurst> bursts;
};

/// The text, with the rules of the format expected.
class Reader {
 public:
  explicit Reader(const std::string& text) : document_(json::parse(text)) {
    read_.facts = document_.at("otherData");
    for (const json& event : events()) {
      if (event.at("ph") == "M" && event.at("name") == "thread_name")
        names_[thread(event)] = event.at("args").at("name");
    }
    for (const json& event : events()) add(event);
    for (auto& [unit, slices] : read_.slices) {
      std::sort(slices.begin(), slices.end());
      for (std::size_t i = 1; i < slices.size(); ++i)
        EXPECT_GE(slices[i].begin, slices[i - 1].end) << unit;
    }
    check_flows();
    EXPECT_TRUE(open_layers_.empty());
  }
  Read take() { return std::move(read_); }

 private:
  using Thread = std::pair<int, int>;

  const json& events() const { return document_.at("traceEvents"); }
  static Thread thread(const json& event) { return {event.at("pid"), event.at("tid")}; }

  void add(const json& event) {
    const std::string phase = event.at("ph");
    EXPECT_GE(event.value("ts", std::int64_t{0}), 0) << event;
    if (phase == "X") add_slice(event);
    if (phase == "s" || phase == "f") {
      EXPECT_TRUE(flows_[event.at("id")].emplace(phase, &event).second) << event;
    }
    if (phase == "C") {
      auto& values = read_.counters[event.at("name")];
      const json& args = event.at("args");
      const bool dram = args.contains("read");
      values.push_back({event.at("ts"), dram ? args.at("read") : *args.begin(),
                        dram ? args.at("write").get<std::int64_t>() : 0});
    }
    if (phase == "B") {
      EXPECT_TRUE(open_layers_.emplace(thread(event), &event).second) << event;
    }
    if (phase == "E") {
      const json& begin = *open_layers_.at(thread(event));
      read_.layers[names_.at(thread(event))][begin.at("name")] = {begin.at("ts"), event.at("ts")};
      open_layers_.erase(thread(event));
    }
  }

  void add_slice(const json& event) {
    const std::int64_t begin = event.at("ts"), cycles = event.at("dur");
    const bool stall = event.at("cat") == "stall";
    EXPECT_TRUE(stall || event.at("cat") == "busy") << event;
    EXPECT_GE(cycles, 0);
    const json& args = event.at("args");
    EXPECT_TRUE(args.contains("layer") && args.contains("tile")) << event;
    EXPECT_EQ(args.contains("cause"), stall) << event;
    read_.slices[names_.at(thread(event))].push_back(
        {begin, begin + cycles, stall, args.value("cause", ""), args.at("instruction")});
  }

  void check_flows() {
    for (const auto& [id, ends] : flows_) {
      ASSERT_EQ(ends.size(), 2U) << id;
      const json& from = *ends.at("s");
      const json& to = *ends.at("f");
      EXPECT_EQ(from.at("name"), to.at("name"));
      EXPECT_EQ(from.at("cat"), to.at("cat"));
      EXPECT_LE(from.at("ts"), to.at("ts"));
      EXPECT_LE(from.at("args").at("done"), to.at("args").at("start"));
      const std::string name = from.at("name");
      const std::string from_unit = names_.at(thread(from)), to_unit = names_.at(thread(to));
      EXPECT_EQ(name.substr(0, name.find("_to_")), from_unit);
      EXPECT_EQ(name.substr(name.find("_to_") + 4).rfind(to_unit, 0), 0U) << name;
      for (const json* end : {&from, &to}) {
        const std::int64_t at = end->at("ts");
        const auto& slices = read_.slices.at(names_.at(thread(*end)));
        EXPECT_TRUE(std::any_of(slices.begin(), slices.end(), [&](const Slice& slice) {
          return slice.begin <= at && at < std::max(slice.end, slice.begin + 1);
        })) << *end;
      }
    }
    read_.arrows = flows_.size();
  }

  json document_;
  Read read_;
  std::map<Thread, std::string> names_;
  std::map<std::int64_t, std::map<std::string, const json*>> flows_;
  std::map<Thread, const json*> open_layers_;
};

/// Semaphores that a start takes and that somebody posted.
std::size_t expected_arrows(const isa::Program& program) {
  std::vector<std::int64_t> waits(isa::kSemaphores);
  for (const isa::Instruction& instruction : program.instructions) {
    for (std::size_t s = 0; s < waits.size(); ++s)
      waits[s] += (instruction.wait_mask >> s & 1U) != 0 ? 1 : 0;
  }
  std::int64_t arrows = 0;
  for (std::size_t s = 0; s < program.semaphores.size(); ++s)
    arrows += std::max<std::int64_t>(0, waits[s] - program.semaphores[s].initial);
  return static_cast<std::size_t>(arrows);
}

void expect_units(const Read& read, const stats::SimulationResult& result) {
  for (const stats::UnitResult& unit : result.units) {
    stats::ActivityCycles cycles;
    const auto slices = read.slices.find(unit.name);
    if (slices != read.slices.end()) {
      for (const Slice& slice : slices->second) {
        for (std::size_t a = 0; a < stats::kActivities; ++a) {
          const auto activity = static_cast<stats::Activity>(a);
          const std::string name = stats::activity_name(activity);
          if (name == (slice.stall ? slice.cause : "busy"))
            cycles[activity] += slice.end - slice.begin;
        }
      }
    }
    cycles[stats::Activity::idle] = result.total_cycles - cycles.total();
    EXPECT_TRUE(cycles == unit.cycles) << unit.name;
  }
}

void expect_layers(const isa::Program& program, const Read& read,
                   const stats::SimulationResult& result) {
  const auto length = [&](const std::string& track, const std::string& layer) {
    const auto of_track = read.layers.find(track);
    if (of_track == read.layers.end() || of_track->second.count(layer) == 0) return std::int64_t{0};
    const auto& [begin, end] = of_track->second.at(layer);
    return end - begin;
  };
  for (std::size_t l = 0; l < program.layers.size(); ++l) {
    const isa::LayerInfo& layer = program.layers[l];
    const std::string unit = stats::runs_on_array(layer) ? "mac_array" : "vector";
    EXPECT_EQ(length("layers", layer.name), result.layers[l].cycles) << layer.name;
    EXPECT_EQ(length(unit, layer.name), result.layers[l].span_cycles) << layer.name;
    if (result.layers[l].span_cycles == 0) continue;
    const std::int64_t begin = read.layers.at(unit).at(layer.name).first;
    std::int64_t busy = 0, stalls = 0;
    for (const Slice& slice : read.slices.at(unit)) {
      if (program.origins[slice.instruction].layer != l || slice.begin < begin) continue;
      (slice.stall ? stalls : busy) += slice.end - slice.begin;
    }
    EXPECT_EQ(busy, result.layers[l].compute_cycles.busy()) << layer.name;
    EXPECT_EQ(stalls, result.layers[l].stall_cycles()) << layer.name;
  }
}

void expect_counters(const isa::Program& program, const Read& read,
                     const std::vector<model::DramBurst>& bursts) {
  const std::int64_t cycles = read.facts.at("dram_window_cycles");
  std::map<std::int64_t, std::array<std::int64_t, 2>> windows;
  for (const model::DramBurst& burst : bursts) {
    const bool write = burst.requester == model::UnitId::dma_out;
    windows[burst.grant_cycle / cycles * cycles][write ? 1 : 0] += burst.bytes;
  }
  std::map<std::int64_t, std::array<std::int64_t, 2>> told;
  for (const auto& [begin, bytes_read, bytes_written] :
       read.counters.at("DRAM bytes per " + std::to_string(cycles) + " cycles")) {
    if (bytes_read != 0 || bytes_written != 0) told[begin] = {bytes_read, bytes_written};
  }
  EXPECT_EQ(told, windows);

  const auto limits = [&](const std::string& name, std::int64_t most) {
    for (const auto& [cycle, value, none] : read.counters.at(name)) {
      EXPECT_GE(value, 0) << name << ' ' << cycle;
      EXPECT_LE(value, most) << name << ' ' << cycle;
    }
  };
  const config::QueueDepths& depths = program.hardware.queue_depths;
  limits("queue of dma_in", depths.dma_in);
  limits("queue of mac_array", depths.mac_array);
  limits("queue of requantization", depths.requantization);
  limits("activation scratchpad", program.activation_peak_bytes);
  limits("weight scratchpad", program.hardware.weight_scratchpad.bytes);
  limits("accumulators",
         program.hardware.mac_array.accumulator_rows * program.hardware.mac_array.columns);
  EXPECT_EQ(read.counters.at("queue of mac_array").back()[1], 0);
  EXPECT_EQ(read.counters.at("accumulators").back()[1], 0);
}

/// A trace of the program, alone or beside somebody who hears of every burst.
Read traced(const isa::Program& program, model::Observer* beside, stats::SimulationResult& result) {
  const test::TempFolder folder;
  Trace trace(program, folder / "trace.json");
  model::Observers observers;
  observers.add(&trace);
  observers.add(beside);
  model::SimulationOptions options;
  options.timing_only = true;
  options.observer = observers.get();
  result = model::simulate(program, {}, options);
  trace.end();
  trace.wait();
  return Reader(base::read_file_text(folder / "trace.json")).take();
}

void check_trace(const isa::Program& program) {
  Grants grants;
  stats::SimulationResult result, with_grants;
  const Read read = traced(program, nullptr, result);
  const Read beside = traced(program, &grants, with_grants);
  EXPECT_EQ(with_grants.total_cycles, result.total_cycles);
  EXPECT_EQ(read.facts.at("total_cycles"), result.total_cycles);
  EXPECT_EQ(read.arrows, expected_arrows(program));
  for (const Read* one : {&read, &beside}) {
    expect_units(*one, result);
    expect_layers(program, *one, result);
    expect_counters(program, *one, grants.bursts);
  }
}

TEST(Trace, AddsUpOnDrawnNetworksAndMachines) {
  std::size_t arrows = 0, banked = 0;
  for (std::uint64_t seed = 1; seed <= kNetworks; ++seed) {
    std::mt19937 random(static_cast<std::uint32_t>(seed));
    isa::Program program = test::drawn_program(
        seed, [&](config::HardwareConfig& hardware) { test::draw_dataflow(hardware, random); });
    for (int machine = 0; machine < 4; ++machine) {
      SCOPED_TRACE("seed " + std::to_string(seed) + ", machine " + std::to_string(machine));
      check_trace(program);
      if (testing::Test::HasFailure()) return;
      test::draw_timing(program.hardware, random);
      if (machine > 0) test::draw_dram(program.hardware, random);
      banked += program.hardware.dram.model == config::DramModel::banks ? 1 : 0;
    }
    arrows += expected_arrows(program);
  }
  EXPECT_GT(arrows, 100U);
  EXPECT_GT(banked, 0U);
}

TEST(Trace, NamesMayHoldAnything) {
  isa::Program program = test::drawn_program(3);
  program.metadata.name = "quote \" backslash \\ newline \n and \xff";
  program.layers[0].name = "\"\\\x01 caf\xc3\xa9";
  stats::SimulationResult result;
  const Read read = traced(program, nullptr, result);
  expect_units(read, result);
  EXPECT_EQ(read.layers.at("layers").count("\"\\\x01 caf\xc3\xa9"), 1U);
}

}  // namespace
}  // namespace npusim::trace
