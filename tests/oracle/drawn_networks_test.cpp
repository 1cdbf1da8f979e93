// SPDX-License-Identifier: Apache-2.0
// The machine and the tick oracle agree in every figure of timing, on drawn networks, each on
// machines whose timing is drawn too. NPUSIM_DRAWS: how many networks.
#include <gtest/gtest.h>

#include <cstdint>
#include <iostream>
#include <random>
#include <string>
#include <vector>

#include "sim/model/simulate.h"
#include "tests/oracle/oracle.h"
#include "tests/support/drawn_programs.h"
#include "tests/support/random_network.h"

namespace npusim {
namespace {

#ifdef NPUSIM_SANITIZED_TESTS
constexpr std::uint64_t kNetworks = 12;
#else
constexpr std::uint64_t kNetworks = 120;
#endif
constexpr int kMachines = 4;

TEST(DrawnNetworks, MachineAndOracleAgree) {
  const std::uint64_t networks = test::draws(kNetworks);
  model::SimulationOptions options;
  options.timing_only = true;
  std::int64_t cases = 0, cycles = 0;
  for (std::uint64_t seed = 0; seed < networks; ++seed) {
    isa::Program program = test::drawn_program(seed);
    std::mt19937 random(static_cast<std::uint32_t>(seed));
    for (int machine = 0; machine < kMachines; ++machine) {
      SCOPED_TRACE("network " + std::to_string(seed) + ", machine " + std::to_string(machine));
      const stats::SimulationResult result = model::simulate(program, {}, options);
      const stats::SimulationResult wanted = oracle::run(program, 4 * result.total_cycles);
      EXPECT_EQ(oracle::differences(program, result, wanted), std::vector<std::string>{})
          << config::timing_only_text(program.hardware);
      ++cases;
      cycles += wanted.total_cycles;
      if (HasFailure()) return;
      test::draw_timing(program.hardware, random);
    }
  }
  std::cout << cases << " cases of " << networks << " networks, " << cycles << " cycles\n";
}

}  // namespace
}  // namespace npusim
