// SPDX-License-Identifier: Apache-2.0
// docs/timing-model.md, sections 3 and 5, on the machine of small_hardware(): a burst of 16 bytes
// takes the bus for 2 cycles, reads have a latency of 10, writes of 5. The first instruction starts
// in 44, the second in 45.
#include <gtest/gtest.h>

#include "tests/timing/program_builder.h"

namespace npusim::test {
namespace {

using model::UnitId;
using stats::Activity;
using Cycles = std::vector<std::int64_t>;

constexpr std::int64_t kFirst = 44;

TEST(Dma, OneBurstIn) {
  ProgramBuilder b;
  const std::size_t load = b.load(dma(0, 0, 16));
  const TimedRun run = run_timing(b.finish());
  EXPECT_EQ(run.start(load), kFirst);
  // Issued in 44, visible and granted in 45, complete in 45 + 10 + 2 = 57. 16 bytes are 4 words, 2
  // banks take them in 2 accesses: done in 59.
  EXPECT_EQ(run.timeline.grants(UnitId::dma_in), Cycles{45});
  EXPECT_EQ(run.done(load), 57 + 2);
  EXPECT_EQ(run.cycles(UnitId::dma_in).busy(), 2);
  EXPECT_EQ(run.cycles(UnitId::dma_in)[Activity::dram], 57 - 44);
  EXPECT_EQ(run.cycles(UnitId::dma_in).idle(), 44);
}

TEST(Dma, BurstsFollowAtTheRateOfTheBus) {
  ProgramBuilder b;
  const std::size_t load = b.load(dma(0, 0, 48));
  const TimedRun run = run_timing(b.finish());
  // Visible in 45, 46, 47; the bus takes 2 cycles each. The last is complete in 49 + 12 = 61.
  const Cycles grants{45, 47, 49};
  EXPECT_EQ(run.timeline.grants(UnitId::dma_in), grants);
  EXPECT_EQ(run.done(load), 61 + 2);
  EXPECT_EQ(run.cycles(UnitId::dma_in).busy(), 6);
}

TEST(Dma, BurstsReachTheScratchpadOneAfterAnother) {
  config::HardwareConfig h = small_hardware();
  h.activation_scratchpad.banks = 1;  // 4 accesses for a burst that comes every 2 cycles
  ProgramBuilder b(h);
  const std::size_t load = b.load(dma(0, 0, 48));
  const TimedRun run = run_timing(b.finish());
  EXPECT_EQ(run.done(load), 57 + 3 * 4);  // the first is complete in 57, then always one there
  EXPECT_EQ(run.cycles(UnitId::dma_in).busy(), 12);
  EXPECT_EQ(run.cycles(UnitId::dma_in)[Activity::port], 0);
}

TEST(Dma, UnalignedRangeTouchesOneMoreWord) {
  ProgramBuilder b;
  const std::size_t load = b.load(dma(0, 2, 16));  // bytes 2 to 17: words 0 to 4, 3 accesses
  const TimedRun run = run_timing(b.finish());
  EXPECT_EQ(run.done(load), 57 + 3);
}

TEST(Dma, WeightsTakeALinePerColumns) {
  ProgramBuilder b;
  b.image(std::vector<std::uint8_t>(16));
  const std::size_t load = b.load_weights(dma(0, 2, 13));
  const TimedRun run = run_timing(b.finish());
  EXPECT_EQ(run.done(load), 57 + 4);  // ceil(13 / 4) wherever they begin
}

TEST(Dma, BurstsAreCutAtMultiplesOfTheDramAddress) {
  ProgramBuilder b;
  isa::Dma d = dma(24, 0, 20);
  d.count1 = 2;
  d.dram_stride1 = 20;  // contiguous with the first run, and yet cut separately
  d.local_stride1 = 20;
  b.load(d);
  const TimedRun run = run_timing(b.finish());
  std::vector<std::pair<std::uint64_t, std::int64_t>> bursts;
  for (const model::DramBurst& burst : run.timeline.bursts) {
    if (burst.requester == UnitId::dma_in) bursts.emplace_back(burst.address, burst.bytes);
  }
  const std::vector<std::pair<std::uint64_t, std::int64_t>> expected{
      {24, 8}, {32, 12}, {44, 4}, {48, 16}};
  EXPECT_EQ(bursts, expected);
  const Cycles grants{45, 47, 49, 51};  // a partial burst takes the bus as long as a whole one
  EXPECT_EQ(run.timeline.grants(UnitId::dma_in), grants);
  EXPECT_EQ(run.result.dram.read_bytes, 40 + 2 * 64);
}

TEST(Dma, OutstandingRequestsLimitTheIssue) {
  config::HardwareConfig h = small_hardware();
  h.dma.outstanding_requests = 1;
  ProgramBuilder b(h);
  const std::size_t load = b.load(dma(0, 0, 32));
  const TimedRun run = run_timing(b.finish());
  // The first retires in 58, the last cycle of its stream: the second is issued in 59, granted in
  // 60, complete in 72.
  const Cycles grants{45, 60};
  EXPECT_EQ(run.timeline.grants(UnitId::dma_in), grants);
  EXPECT_EQ(run.done(load), 72 + 2);
  EXPECT_EQ(run.cycles(UnitId::dma_in)[Activity::dram], 74 - 44 - 4);
}

TEST(Dma, TransfersOverlap) {
  ProgramBuilder b;
  const std::size_t first = b.load(dma(0, 0, 32));
  const std::size_t second = b.load(dma(64, 64, 16));
  const TimedRun run = run_timing(b.finish());
  // Two bursts are issued in 44 and 45: the unit is free in 46, long before the first is done.
  EXPECT_EQ(run.start(second), 46);
  const Cycles grants{45, 47, 49};
  EXPECT_EQ(run.timeline.grants(UnitId::dma_in), grants);
  EXPECT_EQ(run.done(first), 59 + 2);
  EXPECT_EQ(run.done(second), 61 + 2);
}

TEST(Dma, OneBurstOut) {
  ProgramBuilder b;
  const std::size_t store = b.store(dma(0, 0, 16));
  const TimedRun run = run_timing(b.finish());
  // Read in 44 and 45; requested in 45, granted in 46, done in 46 + 5 + 2.
  EXPECT_EQ(run.timeline.grants(UnitId::dma_out), Cycles{46});
  EXPECT_EQ(run.done(store), 53);
  EXPECT_EQ(run.cycles(UnitId::dma_out).busy(), 2);
  EXPECT_EQ(run.cycles(UnitId::dma_out)[Activity::dram], 53 - 46);
  EXPECT_EQ(run.result.dram.write_bytes, 16);
}

TEST(Dma, OutIsFreeWhenTheLastBurstIsRead) {
  ProgramBuilder b;
  const std::size_t first = b.store(dma(0, 0, 32));
  const std::size_t second = b.store(dma(64, 0, 16));
  const TimedRun run = run_timing(b.finish());
  EXPECT_EQ(run.start(second), 44 + 4);
  const Cycles grants{46, 48, 50};
  EXPECT_EQ(run.timeline.grants(UnitId::dma_out), grants);
  EXPECT_EQ(run.done(first), 48 + 7);
  EXPECT_EQ(run.done(second), 50 + 7);
}

TEST(Dma, OutstandingWritesHoldTheNextReadBack) {
  config::HardwareConfig h = small_hardware();
  h.dma.outstanding_requests = 1;
  ProgramBuilder b(h);
  const std::size_t store = b.store(dma(0, 0, 32));
  const TimedRun run = run_timing(b.finish());
  // The first is done in 53, retired in 52: the second is read in 53 and 54, granted in 55.
  const Cycles grants{46, 55};
  EXPECT_EQ(run.timeline.grants(UnitId::dma_out), grants);
  EXPECT_EQ(run.done(store), 55 + 7);
}

TEST(Dram, TimesAreRoundedUp) {
  config::HardwareConfig h = small_hardware();
  h.clock_hz = 1'250'000'000;                         // 10 ns are 12.5 cycles: 13
  h.dram.bandwidth_bytes_per_second = 9'000'000'000;  // 16 bytes are 2.2 cycles: 3; 256: 35.6: 36
  ProgramBuilder b(h);
  const std::size_t load = b.load(dma(0, 0, 32));
  const TimedRun run = run_timing(b.finish());
  const std::int64_t first = 1 + 13 + 36 + 1;
  EXPECT_EQ(run.start(load), first);
  const Cycles grants{first + 1, first + 4};
  EXPECT_EQ(run.timeline.grants(UnitId::dma_in), grants);
  EXPECT_EQ(run.done(load), first + 4 + 13 + 3 + 2);
}

TEST(Dram, NoLatencyAndAFastBus) {
  config::HardwareConfig h = small_hardware();
  h.dram.read_latency_ns = 0;
  h.dram.bandwidth_bytes_per_second = 1'000'000'000'000;  // a cycle for everything
  ProgramBuilder b(h);
  const std::size_t load = b.load(dma(0, 0, 32));
  const TimedRun run = run_timing(b.finish());
  // Fetch: granted in 1, complete in 2, dispatched in 2. Issued in 3, granted in 4, complete in 5.
  EXPECT_EQ(run.start(load), 3);
  const Cycles grants{4, 5};
  EXPECT_EQ(run.timeline.grants(UnitId::dma_in), grants);
  EXPECT_EQ(run.done(load), 5 + 2 + 2);
}

TEST(Dram, ActivationsInComeBeforeWeights) {
  ProgramBuilder b;
  b.image(std::vector<std::uint8_t>(64));
  b.load_weights(dma(0, 0, 64));  // issued in 44 to 47
  b.load(dma(512, 0, 32));        // issued in 45 and 46
  const TimedRun run = run_timing(b.finish());
  const Cycles weights{45, 51, 53, 55};
  const Cycles activations{47, 49};
  EXPECT_EQ(run.timeline.grants(UnitId::dma_weights), weights);
  EXPECT_EQ(run.timeline.grants(UnitId::dma_in), activations);
}

TEST(Dram, ActivationsOutComeBetween) {
  ProgramBuilder b;
  b.image(std::vector<std::uint8_t>(64));
  b.load_weights(dma(0, 0, 64));  // visible in 45 to 48
  b.store(dma(512, 0, 16));       // starts in 45, visible in 47
  b.load(dma(256, 64, 16));       // starts in 46, visible in 47
  const TimedRun run = run_timing(b.finish());
  EXPECT_EQ(run.timeline.grants(UnitId::dma_in), Cycles{47});
  EXPECT_EQ(run.timeline.grants(UnitId::dma_out), Cycles{49});
  const Cycles weights{45, 51, 53, 55};
  EXPECT_EQ(run.timeline.grants(UnitId::dma_weights), weights);
}

TEST(Dram, FetchComesFirst) {
  config::HardwareConfig h = small_hardware();
  h.command_processor.fetch_bytes = 64;
  h.dram.read_latency_ns = 0;
  ProgramBuilder b(h);
  b.image(std::vector<std::uint8_t>(64));
  b.load_weights(dma(0, 0, 64));
  b.load(dma(256, 0, 16));
  b.load(dma(256, 0, 16));
  const TimedRun run = run_timing(b.finish());
  // Blocks 0 and 1: granted in 1 and 9, complete in 9 and 17. Instruction 0 is dispatched in 9, so
  // block 2 is requested in 10 and visible in 11, the weights are issued from 10 on and visible in
  // 11: when the bus is free in 17, the fetch is first. Instruction 1, dispatched in 17, lets block
  // 3 go in 18, visible in 19: before anybody at 25.
  const Cycles fetches{1, 9, 17, 25};
  EXPECT_EQ(run.timeline.grants(UnitId::command_processor), fetches);
  EXPECT_EQ(run.timeline.grants(UnitId::dma_in).front(), 33);
}

}  // namespace
}  // namespace npusim::test
