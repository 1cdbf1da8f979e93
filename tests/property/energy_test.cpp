// SPDX-License-Identifier: Apache-2.0
// Energy on drawn networks and machines: layers and units add up, the work counted is that of the
// layers and no more than the machine's memories served.
#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "sim/energy/estimate.h"
#include "sim/energy/work.h"
#include "sim/model/simulate.h"
#include "sim/stats/bounds.h"
#include "tests/property/networks.h"
#include "tests/support/support.h"

namespace npusim {
namespace {

#ifdef NPUSIM_SANITIZED_TESTS
constexpr std::uint64_t kNetworks = 5;
#else
constexpr std::uint64_t kNetworks = 40;
#endif

stats::SimulationResult timed(const isa::Program& program) {
  model::SimulationOptions options;
  options.timing_only = true;
  return model::simulate(program, {}, options);
}

void expect_sums(const energy::Estimate& estimate) {
  energy::ByUnit sums{};
  std::int64_t total = 0;
  for (const energy::ByUnit& layer : estimate.layers) {
    total += energy::sum_of(layer).total();
    for (std::size_t u = 0; u < energy::kUnits; ++u) {
      EXPECT_GE(layer[u].dynamic_picojoules, 0);
      EXPECT_GE(layer[u].static_picojoules, 0);
      sums[u].dynamic_picojoules += layer[u].dynamic_picojoules;
      sums[u].static_picojoules += layer[u].static_picojoules;
    }
  }
  for (std::size_t u = 0; u < energy::kUnits; ++u) {
    EXPECT_EQ(sums[u].dynamic_picojoules, estimate.units[u].dynamic_picojoules);
    EXPECT_EQ(sums[u].static_picojoules, estimate.units[u].static_picojoules);
  }
  EXPECT_EQ(total, energy::sum_of(estimate.units).total());
  EXPECT_GT(total, 0);
}

std::int64_t macs_of(const energy::Work& work) {
  std::int64_t macs = 0;
  for (const std::int64_t of_width : work.macs) macs += of_width;
  return macs;
}

TEST(Energy, AddsUpAndCountsTheLayersWork) {
  const energy::Technology technology =
      energy::read_technology(test::source_dir() / "configs/technology/generic_45nm.yaml");
  for (std::uint64_t seed = 1; seed <= kNetworks; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const isa::Program program = test::drawn_program(seed);
    const stats::SimulationResult result = timed(program);
    expect_sums(energy::estimate(program, result, technology));

    const auto counters = result.statistics.flatten();
    std::int64_t activation_bytes = 0;
    std::int64_t weight_bytes = 0;
    const std::vector<energy::Work> work = energy::work_of(program);
    for (std::size_t l = 0; l < work.size(); ++l) {
      const isa::LayerInfo& layer = program.layers[l];
      EXPECT_EQ(macs_of(work[l]), stats::runs_on_array(layer) ? layer.macs : 0) << layer.name;
      activation_bytes += work[l].activation_scratchpad_bytes;
      weight_bytes += work[l].weight_scratchpad_bytes;
    }
    const auto& memory = program.hardware.activation_scratchpad;
    EXPECT_LE(activation_bytes, counters.at("npu.activation_scratchpad.granted_accesses").value *
                                    memory.banks * memory.bank_word_bytes);
    EXPECT_GT(weight_bytes, 0);
  }
}

}  // namespace
}  // namespace npusim
