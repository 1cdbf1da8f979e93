// SPDX-License-Identifier: Apache-2.0
// Small Programs by hand, and what the machine tells about them, for tests that count cycles.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "sim/isa/program.h"
#include "sim/model/simulate.h"

namespace npusim::test {

/// A machine small enough to count on fingers: 4 x 4 array, words of 4 bytes in 2 banks, one port
/// each, bursts of 16 bytes that take the bus 2 cycles, latency 10 (read) and 5 (write), four
/// instructions per fetch of 256 bytes in 32 cycles; 4 lanes everywhere; pipelines of 6 and 4.
config::HardwareConfig small_hardware();
/// The same with fetches of so many bytes, so that a longer Program comes in one block.
config::HardwareConfig small_hardware(std::int64_t fetch_bytes);
/// The cycle in which the first instruction starts: its block is requested in 0, granted in 1, and
/// dispatched when it is complete.
std::int64_t first_start(const config::HardwareConfig& hardware);

/// One run of bytes between the DRAM and a scratchpad.
isa::Dma dma(std::uint64_t dram, std::uint32_t local, std::uint32_t bytes);

/// Appends instructions with waits and posts; see the tests.
class ProgramBuilder {
 public:
  explicit ProgramBuilder(config::HardwareConfig hardware = small_hardware());

  /// A semaphore's bit.
  std::uint32_t semaphore(isa::Unit poster, isa::Unit waiter, std::uint32_t initial = 0);
  /// Begins a layer; instructions belong to the last one begun (one is there from the start).
  void layer(const std::string& kind);

  /// Bytes of the DRAM image; returns their address.
  std::uint64_t image(const std::vector<std::uint8_t>& bytes);

  /// A valid record {multiplier 2^30, shift 31} and two bytes of channel shifts of 0 behind it.
  static std::vector<std::uint8_t> record();

  /// Each returns the instruction's index.
  std::size_t add(isa::Opcode opcode, decltype(isa::Instruction::fields) fields,
                  std::uint32_t wait = 0, std::uint32_t post = 0);
  std::size_t load(isa::Dma dma, std::uint32_t wait = 0, std::uint32_t post = 0);
  std::size_t load_weights(isa::Dma dma, std::uint32_t wait = 0, std::uint32_t post = 0);
  std::size_t store(isa::Dma dma, std::uint32_t wait = 0, std::uint32_t post = 0);
  std::size_t preload(isa::Preload p, std::uint32_t wait = 0, std::uint32_t post = 0);
  std::size_t matmul(isa::Matmul m, std::uint32_t wait = 0, std::uint32_t post = 0);
  std::size_t requantize(isa::Requantize r, std::uint32_t wait = 0, std::uint32_t post = 0);
  std::size_t pool(isa::Pool p, std::uint32_t wait = 0, std::uint32_t post = 0);
  std::size_t elementwise(isa::Elementwise e, std::uint32_t wait = 0, std::uint32_t post = 0);

  /// The Program with its `end`. DRAM: the image, then zeros up to 4096 bytes.
  isa::Program finish();

 private:
  isa::Program program_;
};

/// Where the machine spent its time.
class Timeline : public model::Observer {
 public:
  void on_instruction_start(model::UnitId, std::size_t i, std::int64_t cycle) override {
    start[i] = cycle;
  }
  void on_instruction_done(model::UnitId, std::size_t i, std::int64_t cycle) override {
    done[i] = cycle;
  }
  void on_activity(model::UnitId unit, stats::Activity activity, std::int64_t instruction,
                   std::int64_t begin, std::int64_t end) override;
  bool wants_single_bursts() const override { return true; }
  void on_dram_burst(const model::DramBurst& burst) override { bursts.push_back(burst); }

  struct Interval {
    model::UnitId unit;
    stats::Activity activity;
    std::int64_t instruction;
    std::int64_t begin;
    std::int64_t end;
  };
  /// Cycles that the unit spent so for the instruction.
  std::int64_t spent(model::UnitId unit, stats::Activity activity, std::size_t instruction) const;
  /// The grants of one requester.
  std::vector<std::int64_t> grants(model::UnitId requester) const;

  std::map<std::size_t, std::int64_t> start;
  std::map<std::size_t, std::int64_t> done;
  std::vector<Interval> intervals;
  std::vector<model::DramBurst> bursts;
};

struct TimedRun {
  stats::SimulationResult result;
  Timeline timeline;
  std::int64_t start(std::size_t i) const { return timeline.start.at(i); }
  std::int64_t done(std::size_t i) const { return timeline.done.at(i); }
  const stats::ActivityCycles& cycles(model::UnitId unit) const {
    return result.units.at(static_cast<std::size_t>(unit)).cycles;
  }
};

/// Expects the same cycles, stalls and traffic; `how` says what was run.
void expect_equal(const stats::SimulationResult& result, const stats::SimulationResult& expected,
                  const std::string& how);

/// Simulates timing only, in several orders of construction and with values; all runs must agree (a
/// failed expectation otherwise).
TimedRun run_timing(const isa::Program& program);

}  // namespace npusim::test
