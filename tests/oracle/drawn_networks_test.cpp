// SPDX-License-Identifier: Apache-2.0
// The machine and the tick oracle agree in every figure of timing, on drawn networks and dataflows,
// each on machines whose timing and DRAM are drawn too. NPUSIM_DRAWS: how many networks.
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <iostream>
#include <random>
#include <string>
#include <vector>

#include "sim/isa/windows.h"
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

/// What the cases were.
struct Coverage {
  std::int64_t cases = 0, cycles = 0;
  stats::ActivityCycles activities;       // of all units
  std::array<std::int64_t, 3> by_mode{};  // instructions of the array
  std::int64_t several_pixels = 0;        // depthwise ones with column_pixels above 1
  stats::DramResult dram;                 // what only some DRAMs have

  void add(const isa::Program& program) {
    for (const isa::Instruction& instruction : program.instructions) {
      const auto* matmul = std::get_if<isa::Matmul>(&instruction.fields);
      if (matmul == nullptr) continue;
      ++by_mode.at(static_cast<std::size_t>(matmul->mode));
      if (isa::column_pixels(*matmul) > 1) ++several_pixels;
    }
  }
  void add(const stats::SimulationResult& result) {
    ++cases;
    cycles += result.total_cycles;
    dram.row_hits += result.dram.row_hits;
    dram.row_misses += result.dram.row_misses;
    dram.row_conflicts += result.dram.row_conflicts;
    dram.refreshes += result.dram.refreshes;
    dram.read_write_turnarounds += result.dram.read_write_turnarounds;
    dram.other_masters_requests += result.dram.other_masters_requests;
    for (const stats::UnitResult& unit : result.units) {
      for (std::size_t a = 0; a < stats::kActivities; ++a) {
        const auto activity = static_cast<stats::Activity>(a);
        activities[activity] += unit.cycles[activity];
      }
    }
  }
};

isa::Program draw_program(std::uint64_t seed, std::mt19937& random) {
  const std::mt19937 before = random;
  return test::drawn_program(seed, [&](config::HardwareConfig& hardware) {
    random = before;  // the same with scratchpads of every size
    test::draw_dataflow(hardware, random);
  });
}

TEST(DrawnNetworks, MachineAndOracleAgree) {
  const std::uint64_t networks = test::draws(kNetworks);
  model::SimulationOptions options;
  options.timing_only = true;
  Coverage coverage;
  for (std::uint64_t seed = 0; seed < networks; ++seed) {
    std::mt19937 random(static_cast<std::uint32_t>(seed));
    isa::Program program = draw_program(seed, random);
    coverage.add(program);
    for (int machine = 0; machine < kMachines; ++machine) {
      SCOPED_TRACE("network " + std::to_string(seed) + ", machine " + std::to_string(machine));
      const stats::SimulationResult result = model::simulate(program, {}, options);
      const stats::SimulationResult wanted = oracle::run(program, 4 * result.total_cycles);
      ASSERT_EQ(oracle::differences(program, result, wanted), std::vector<std::string>{})
          << config::program_dependent_text(program.hardware)
          << config::timing_only_text(program.hardware);
      coverage.add(wanted);
      test::draw_timing(program.hardware, random);
      test::draw_dram(program.hardware, random);
    }
  }
  std::cout << coverage.cases << " cases of " << networks << " networks, " << coverage.cycles
            << " cycles; instructions of the array: " << coverage.by_mode[0]
            << " weight stationary, " << coverage.by_mode[1] << " depthwise ("
            << coverage.several_pixels << " with several pixels), " << coverage.by_mode[2]
            << " output stationary\n";
  for (std::size_t a = 0; a < stats::kActivities; ++a) {
    const auto activity = static_cast<stats::Activity>(a);
    const std::int64_t cycles = coverage.activities[activity];
    std::cout << "  " << stats::activity_name(activity) << ": " << cycles << "\n";
    EXPECT_GT(cycles, 0) << stats::activity_name(activity) << " does not occur";
  }
  for (const std::int64_t instructions : coverage.by_mode) EXPECT_GT(instructions, 0);
  EXPECT_GT(coverage.several_pixels, 0);
  const stats::DramResult& dram = coverage.dram;
  std::cout << "  DRAM: " << dram.row_hits << " hits, " << dram.row_misses << " misses, "
            << dram.row_conflicts << " conflicts, " << dram.refreshes << " refreshes, "
            << dram.read_write_turnarounds << " turnarounds, " << dram.other_masters_requests
            << " requests of other masters\n";
  for (const std::int64_t count :
       {dram.row_hits, dram.row_misses, dram.row_conflicts, dram.refreshes,
        dram.read_write_turnarounds, dram.other_masters_requests}) {
    EXPECT_GT(count, 0);
  }
}

}  // namespace
}  // namespace npusim
