// SPDX-License-Identifier: Apache-2.0
// More of anything never costs cycles, but for what docs/monotony.md explains: changed orders on
// the DRAM bus and at ports, and tiles cut otherwise. The bounds here are that page's.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "frontend/compile/compile.h"
#include "sim/base/errors.h"
#include "sim/config/hardware_fields.h"
#include "sim/model/simulate.h"
#include "tests/property/networks.h"
#include "tests/support/quantized_graphs.h"
#include "tests/support/random_network.h"

namespace npusim {
namespace {

#ifdef NPUSIM_SANITIZED_TESTS
constexpr std::uint64_t kNetworks = 3;
constexpr bool kWithLargeNetworks = false;
const std::vector<std::string> kMachines = {"npu_32x32.yaml"};
#else
constexpr std::uint64_t kNetworks = 16;
constexpr bool kWithLargeNetworks = true;
const std::vector<std::string> kMachines = test::shipped_hardware_files();
#endif

/// One kind of resource: what more of it may cost, in permille of the cycles with less of it.
struct Resource {
  const char* key;
  bool less_is_more;      // a latency
  double drawn_permille;  // of drawn networks on drawn machines
  double shipped_permille;
};

const std::vector<Resource> kTimingOnly = {
    {"queue_depths.dma_in", false, 150, 2},
    {"queue_depths.dma_weights", false, 150, 3},
    {"queue_depths.dma_out", false, 150, 0},
    {"queue_depths.weight_loader", false, 150, 3},
    {"queue_depths.mac_array", false, 150, 2},
    {"queue_depths.requantization", false, 150, 1},
    {"queue_depths.vector", false, 150, 0},
    {"dma.outstanding_requests", false, 60, 3},
    {"dram.bandwidth_bytes_per_second", false, 20, 0},
    {"dram.read_latency_ns", true, 50, 0},
    {"dram.write_latency_ns", true, 10, 0},
    {"activation_scratchpad.banks", false, 20, 0},
    {"activation_scratchpad.ports", false, 10, 0},
    {"weight_scratchpad.ports", false, 10, 0},
    {"feeder.bytes_per_cycle", false, 10, 0},
    {"feeder.line_buffer_bytes", false, 0, 0},
    {"mac_array.overlap_weight_load", false, 0, 0},
    {"requantization.lanes", false, 10, 0},
    {"requantization.pipeline_depth_cycles", true, 50, 0},
    {"vector_unit.lanes", false, 50, 0},
    {"vector_unit.pipeline_depth_cycles", true, 50, 0},
};

/// These are compiled for: the network is compiled anew for each value.
const std::vector<Resource> kCompiledFor = {
    {"activation_scratchpad.bytes", false, 600, 40},
    {"weight_scratchpad.bytes", false, 500, 25},
    {"mac_array.accumulator_rows", false, 120, 180},
};

const config::HardwareField& field_of(const std::string& key) {
  for (const config::HardwareField& field : config::hardware_fields()) {
    if (field.key == key) return field;
  }
  throw base::InternalError("no key " + key);
}

/// From an eighth of the machine's own to eight times it, each a multiple of the one before (so
/// that lanes and words that were aligned stay so). More of it comes later.
std::vector<std::int64_t> doubled_values(const Resource& resource,
                                         const config::HardwareConfig& hardware) {
  const config::HardwareField& field = field_of(resource.key);
  std::vector<std::int64_t> values;
  if (!field.choices.empty()) return {0, 1};
  const std::int64_t least = std::max<std::int64_t>(1, field.get(hardware) / 8);
  for (const std::int64_t factor : {1, 2, 4, 8, 16, 64}) {
    const std::int64_t value = least * factor;
    if (value >= field.rule.least && value <= field.rule.greatest) values.push_back(value);
  }
  if (resource.less_is_more) std::reverse(values.begin(), values.end());
  return values;
}

/// The order in which the DRAM's bus is granted.
class BusOrder final : public model::Observer {
 public:
  bool wants_single_bursts() const override { return true; }
  void on_dram_burst(const model::DramBurst& burst) override {
    grants.emplace_back(burst.requester, burst.address);
  }
  std::vector<std::pair<model::UnitId, std::uint64_t>> grants;
};

struct TimedRun {
  std::int64_t value = 0;
  std::int64_t cycles = 0;
  BusOrder order;
};

TimedRun timed(const isa::Program& program, std::int64_t value) {
  TimedRun run;
  run.value = value;
  model::SimulationOptions options;
  options.timing_only = true;
  options.verified = true;
  options.observer = &run.order;
  run.cycles = model::simulate(program, {}, options).total_cycles;
  return run;
}

std::vector<TimedRun> runs_with(isa::Program program, const Resource& resource) {
  std::vector<TimedRun> runs;
  for (const std::int64_t value : doubled_values(resource, program.hardware)) {
    field_of(resource.key).set(program.hardware, value);
    runs.push_back(timed(program, value));
  }
  return runs;
}

/// Every pair of less and more.
template <typename Body>
void for_each_pair(const std::vector<TimedRun>& runs, Body body) {
  for (std::size_t more = 1; more < runs.size(); ++more) {
    for (std::size_t less = 0; less < more; ++less) body(runs[less], runs[more]);
  }
}

void expect_within(const std::vector<TimedRun>& runs, double permille, const std::string& what) {
  for_each_pair(runs, [&](const TimedRun& less, const TimedRun& more) {
    EXPECT_LE(static_cast<double>(more.cycles - less.cycles),
              permille / 1000 * static_cast<double>(less.cycles))
        << what << " from " << less.value << " to " << more.value;
  });
}

/// The shipped network on the shipped machines.
std::vector<isa::Program> shipped_programs() {
  const graph::QuantizedGraph network =
      test::with_drawn_parameters(test::shipped_network("mobilenet.yaml"));
  std::vector<isa::Program> programs;
  programs.reserve(kMachines.size());
  for (const std::string& file : kMachines) {
    programs.push_back(compile::compile(network, test::shipped_hardware(file), {}));
  }
  return programs;
}

std::vector<isa::Program> drawn_programs() {
  std::vector<isa::Program> programs;
  programs.reserve(test::draws(kNetworks));
  for (std::uint64_t seed = 0; seed < test::draws(kNetworks); ++seed) {
    programs.push_back(test::drawn_program(seed));
  }
  return programs;
}

/// The cause, exactly: with a port for every requester the bus of the DRAM is all that units share,
/// and where it is granted in the same order, more of anything costs nothing.
TEST(Monotony, MoreIsNeverSlowerInTheSameOrderOnTheBus) {
  std::int64_t same_order = 0;
  std::int64_t slower = 0;
  std::vector<isa::Program> programs = drawn_programs();
  for (isa::Program& program : shipped_programs()) programs.push_back(std::move(program));
  for (isa::Program& program : programs) {
    program.hardware.activation_scratchpad.ports = 16;
    program.hardware.weight_scratchpad.ports = 16;
    for (const Resource& resource : kTimingOnly) {
      const std::string key = resource.key;
      if (key.find("ports") != std::string::npos) continue;
      // Groups of more rows may end less evenly (the page).
      if (key == "requantization.lanes" && program.hardware.mac_array.depthwise_pixels > 1)
        continue;
      for_each_pair(runs_with(program, resource), [&](const TimedRun& less, const TimedRun& more) {
        slower += more.cycles > less.cycles ? 1 : 0;
        if (less.order.grants != more.order.grants) return;
        ++same_order;
        EXPECT_LE(more.cycles, less.cycles) << program.hardware.name << ", " << resource.key
                                            << " from " << less.value << " to " << more.value;
      });
    }
  }
  EXPECT_GT(same_order, static_cast<std::int64_t>(100 * programs.size()));
  RecordProperty("pairs_in_the_same_order", std::to_string(same_order));
  RecordProperty("slower_pairs", std::to_string(slower));
}

TEST(Monotony, MoreCostsNoMoreThanThePageSays) {
  for (const Resource& resource : kTimingOnly) {
    for (const isa::Program& program : drawn_programs()) {
      expect_within(runs_with(program, resource), resource.drawn_permille,
                    program.hardware.name + ", " + resource.key);
    }
    for (const isa::Program& program : shipped_programs()) {
      expect_within(runs_with(program, resource), resource.shipped_permille,
                    program.hardware.name + ", " + resource.key);
    }
  }
}

/// Queues of one entry beat longer ones by these cycles (the page's example), and where the bus is
/// out of the way they do not.
TEST(Monotony, ThePagesExample) {
  isa::Program program =
      compile::compile(test::with_drawn_parameters(test::shipped_network("mobilenet.yaml")),
                       test::shipped_hardware("npu_32x32.yaml"), {});
  EXPECT_EQ(timed(program, 0).cycles, 26996);
  program.hardware.queue_depths.dma_in = 1;
  EXPECT_EQ(timed(program, 0).cycles, 26956);
  program.hardware.dram.bandwidth_bytes_per_second = 100'000'000'000'000;
  const std::int64_t short_queue = timed(program, 0).cycles;
  program.hardware.queue_depths.dma_in = 8;
  EXPECT_LE(timed(program, 0).cycles, short_queue);
}

std::vector<TimedRun> compiled_with(const graph::QuantizedGraph& network,
                                    config::HardwareConfig hardware, const Resource& resource) {
  const config::HardwareField& field = field_of(resource.key);
  const std::int64_t own = field.get(hardware);
  std::vector<TimedRun> runs;
  for (const std::int64_t quarters : {1, 2, 3, 4, 5, 6, 8, 16, 32}) {
    const std::int64_t value = own * quarters / 4;
    if (value < field.rule.least || value > field.rule.greatest) continue;
    field.set(hardware, value);
    try {
      runs.push_back(timed(compile::compile(network, hardware, {}), value));
    } catch (const base::InputError&) {
      EXPECT_TRUE(runs.empty()) << "what fits less fits more";
    }
  }
  return runs;
}

TEST(Monotony, LargerMemoriesCostNoMoreThanThePageSays) {
  const graph::QuantizedGraph shipped =
      test::with_drawn_parameters(test::shipped_network("mobilenet.yaml"));
  for (const Resource& resource : kCompiledFor) {
    for (std::uint64_t seed = 0; seed < test::draws(kNetworks); ++seed) {
      if (seed % 3 == 0) continue;  // their accumulators are no part of the graph
      expect_within(compiled_with(test::random_quantized_graph(seed),
                                  test::drawn_program(seed).hardware, resource),
                    resource.drawn_permille, std::to_string(seed) + ", " + resource.key);
    }
    for (const std::string& file : kMachines) {
      expect_within(compiled_with(shipped, test::shipped_hardware(file), resource),
                    resource.shipped_permille, file + ", " + resource.key);
    }
    if (!kWithLargeNetworks) continue;
    expect_within(
        compiled_with(test::with_drawn_parameters(test::shipped_network("mobilenet_v1_224.yaml")),
                      test::shipped_hardware("npu_16x16_edge.yaml"), resource),
        resource.shipped_permille, std::string("mobilenet_v1_224, ") + resource.key);
  }
}

}  // namespace
}  // namespace npusim
