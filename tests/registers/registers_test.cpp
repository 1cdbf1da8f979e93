// SPDX-License-Identifier: Apache-2.0
// The fast machine against the register-level one: every total, every busy, idle and stall cycle of
// every unit, every instruction's start and done, every output, on drawn machines and Programs.
#include <gtest/gtest.h>

#include <cstdio>
#include <optional>

#include "sim/functional/interpreter.h"
#include "sim/functional/race_check.h"
#include "sim/model/simulate.h"
#include "tests/registers/coverage.h"
#include "tests/registers/drawn_case.h"
#include "tests/registers/machine.h"
#include "tests/support/random_network.h"

namespace npusim::registers {
namespace {

#ifdef NPUSIM_SANITIZED_TESTS
constexpr std::int64_t kNetworks = 12, kPrograms = 12;
constexpr bool kCoversEverything = false;
#else
constexpr std::int64_t kNetworks = 200, kPrograms = 200;
constexpr bool kCoversEverything = true;
#endif
/// Longer ones leave no time for others; how many cycles there are, the fast machine tells.
constexpr std::int64_t kMostCycles = 12'000;

class Instructions : public model::Observer {
 public:
  explicit Instructions(std::size_t count) : start(count, -1), done(count, -1) {}
  void on_instruction_start(model::UnitId, std::size_t i, std::int64_t cycle) override {
    start[i] = cycle;
  }
  void on_instruction_done(model::UnitId, std::size_t i, std::int64_t cycle) override {
    done[i] = cycle;
  }
  std::vector<std::int64_t> start, done;
};

void expect_equal_units(const Result& got, const stats::SimulationResult& wanted) {
  ASSERT_EQ(wanted.units.size(), kAllUnits);
  for (std::size_t u = 0; u < kAllUnits; ++u) {
    for (std::size_t a = 0; a < stats::kActivities; ++a) {
      const auto activity = static_cast<stats::Activity>(a);
      EXPECT_EQ(wanted.units[u].cycles[activity], got.units[u][activity])
          << wanted.units[u].name << ": " << stats::activity_name(activity);
    }
  }
}

void expect_equal_instructions(const isa::Program& program, const Result& got,
                               const Instructions& wanted) {
  for (std::size_t i = 0; i + 1 < program.instructions.size(); ++i) {
    const char* name = isa::opcode_name(program.instructions[i].opcode);
    EXPECT_EQ(wanted.start[i], got.start[i]) << "start of " << i << ", " << name;
    EXPECT_EQ(wanted.done[i], got.done[i]) << "done of " << i << ", " << name;
    if (testing::Test::HasFailure()) return;  // all that follow differ as well
  }
}

void expect_equal_dram(const stats::DramResult& got, const stats::DramResult& wanted) {
  EXPECT_EQ(wanted.read_bytes, got.read_bytes);
  EXPECT_EQ(wanted.write_bytes, got.write_bytes);
  EXPECT_EQ(wanted.instruction_bytes, got.instruction_bytes);
  EXPECT_EQ(wanted.bursts, got.bursts);
  EXPECT_EQ(wanted.bus_busy_cycles, got.bus_busy_cycles);
  EXPECT_EQ(wanted.row_hits, got.row_hits);
  EXPECT_EQ(wanted.row_misses, got.row_misses);
  EXPECT_EQ(wanted.row_conflicts, got.row_conflicts);
  EXPECT_EQ(wanted.refreshes, got.refreshes);
  EXPECT_EQ(wanted.read_write_turnarounds, got.read_write_turnarounds);
  EXPECT_EQ(wanted.other_masters_requests, got.other_masters_requests);
}

/// Runs the case on both machines; nothing where the fast one needs more cycles than allowed.
std::optional<Result> compare(const DrawnCase& drawn, std::optional<std::int64_t> most_cycles) {
  const isa::Program& program = drawn.program;
  Instructions instructions(program.instructions.size());
  model::SimulationOptions options;
  options.observer = &instructions;
  const stats::SimulationResult fast = model::simulate(program, drawn.inputs, options);
  if (most_cycles && fast.total_cycles > *most_cycles) return std::nullopt;
  // Room for a machine that is slower, so that the difference is shown.
  const Result registers = run(program, drawn.inputs, 2 * fast.total_cycles + 1000);
  expect_equal_instructions(program, registers, instructions);
  EXPECT_EQ(fast.total_cycles, registers.total_cycles);
  expect_equal_units(registers, fast);
  EXPECT_EQ(fast.outputs, registers.outputs);
  expect_equal_dram(registers.dram, fast.dram);
  std::int64_t overflows = 0;
  for (const stats::LayerResult& layer : fast.layers) overflows += layer.accumulator_overflows;
  EXPECT_EQ(overflows, registers.overflows);
  return registers;
}

TEST(Registers, EqualTheFastMachineOnDrawnCases) {
  Coverage coverage;
  const auto programs = static_cast<std::int64_t>(test::draws(kPrograms));
  const auto networks = programs * kNetworks / kPrograms;
  for (std::int64_t i = 0; i < programs; ++i) {
    SCOPED_TRACE("drawn program " + std::to_string(i));
    const DrawnCase drawn = draw_program_case(static_cast<std::uint64_t>(i));
    ASSERT_EQ(functional::find_races(drawn.program), std::vector<std::string>{});
    coverage.add(drawn.program, compare(drawn, std::nullopt).value());
    if (HasFailure()) break;
  }
  std::int64_t compared = 0;
  for (std::uint64_t seed = 0; compared < networks && !HasFailure(); ++seed) {
    SCOPED_TRACE("drawn network " + std::to_string(seed));
    const std::optional<DrawnCase> drawn = draw_network_case(seed);
    if (!drawn) continue;
    const std::optional<Result> result = compare(*drawn, kMostCycles);
    if (!result) continue;
    coverage.add(drawn->program, *result);
    ++compared;
  }
  std::printf("%s\n", coverage.summary().c_str());
  EXPECT_EQ(coverage.impossible(), std::vector<std::string>{});
  if (kCoversEverything) {
    EXPECT_EQ(coverage.missing(), std::vector<std::string>{});
  }
}

}  // namespace
}  // namespace npusim::registers
