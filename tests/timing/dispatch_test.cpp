// SPDX-License-Identifier: Apache-2.0
// docs/timing-model.md, section 2, on the machine of small_hardware(): a fetch takes the bus for
// 256 / 8 = 32 cycles after a latency of 10.
#include <gtest/gtest.h>

#include "tests/timing/program_builder.h"

namespace npusim::test {
namespace {

using model::UnitId;
using stats::Activity;

// One pixel of one channel: 2 accesses and a pipeline of 4.
isa::Pool one_pixel() {
  isa::Pool pool;
  pool.out_address = 64;
  pool.pixels = 1;
  return pool;
}

TEST(Dispatch, EndAlone) {
  ProgramBuilder b;
  const TimedRun run = run_timing(b.finish());
  // Requested in 0, visible and granted in 1, complete in 1 + 10 + 32 = 43; dispatched there.
  EXPECT_EQ(run.timeline.grants(UnitId::command_processor), std::vector<std::int64_t>{1});
  EXPECT_EQ(run.done(0), 44);
  EXPECT_EQ(run.result.total_cycles, 44);
  EXPECT_EQ(run.cycles(UnitId::command_processor)[Activity::fetch], 43);
  EXPECT_EQ(run.cycles(UnitId::command_processor).busy(), 1);
  EXPECT_EQ(run.cycles(UnitId::command_processor).idle(), 0);
}

TEST(Dispatch, TimesAreRoundedUpHoweverLittleIsOver) {
  config::HardwareConfig h = small_hardware();
  h.clock_hz = 1'000'000'001;  // a nanosecond is a cycle and a billionth
  h.dram.read_latency_ns = 1;
  ProgramBuilder b(h);
  const TimedRun run = run_timing(b.finish());
  EXPECT_EQ(run.done(0), 1 + 2 + 33 + 1);  // a latency of 2, 33 cycles of the bus
}

TEST(Dispatch, InstructionStartsInTheCycleAfterItsDispatch) {
  ProgramBuilder b;
  const std::size_t pool = b.pool(one_pixel());
  const TimedRun run = run_timing(b.finish());
  EXPECT_EQ(run.start(pool), 43 + 1);
  EXPECT_EQ(run.done(pool), 44 + 2 + 4);
  EXPECT_EQ(run.result.total_cycles, 50);
  EXPECT_EQ(run.cycles(UnitId::command_processor).idle(), 50 - 45);  // END is dispatched in 44
}

TEST(Dispatch, AtMostTwoBlocksAreHeld) {
  config::HardwareConfig h = small_hardware();
  h.command_processor.fetch_bytes = 64;  // one instruction, 8 cycles of the bus
  ProgramBuilder b(h);
  const std::size_t first = b.pool(one_pixel());
  const std::size_t second = b.pool(one_pixel());
  const TimedRun run = run_timing(b.finish());
  // Block 0: granted in 1, complete in 1 + 10 + 8 = 19. Block 1: requested in 1, the bus is free in
  // 9, complete in 27. Block 2: block 0 is given up in 19, so requested in 20, granted in 21.
  const std::vector<std::int64_t> grants{1, 9, 21};
  EXPECT_EQ(run.timeline.grants(UnitId::command_processor), grants);
  EXPECT_EQ(run.start(first), 19 + 1);
  EXPECT_EQ(run.start(second), 27 + 1);
  EXPECT_EQ(run.done(2), 21 + 10 + 8 + 1);
  EXPECT_EQ(run.cycles(UnitId::command_processor)[Activity::fetch], 40 - 3);
}

TEST(Dispatch, FullQueueStopsTheStream) {
  config::HardwareConfig h = small_hardware();
  h.queue_depths.vector = 1;
  ProgramBuilder b(h);
  const std::size_t pools[] = {b.pool(one_pixel()), b.pool(one_pixel()), b.pool(one_pixel())};
  const TimedRun run = run_timing(b.finish());
  // 0: dispatched in 43, starts in 44, leaves the queue there, seen in 45; done in 50.
  // 1: dispatched in 45, starts in 50; seen in 51; done in 56.
  // 2: dispatched in 51. END: 52.
  EXPECT_EQ(run.start(pools[0]), 44);
  EXPECT_EQ(run.start(pools[1]), 50);
  EXPECT_EQ(run.start(pools[2]), 56);
  EXPECT_EQ(run.done(3), 53);
  EXPECT_EQ(run.result.total_cycles, 62);
  EXPECT_EQ(run.cycles(UnitId::command_processor)[Activity::queue_full], 1 + 5);  // 44; 46 to 50
  EXPECT_EQ(run.cycles(UnitId::command_processor).busy(), 4);
  EXPECT_EQ(run.cycles(UnitId::command_processor).idle(), 62 - 53);
}

TEST(Dispatch, DeeperQueueNeedsNoStop) {
  config::HardwareConfig h = small_hardware();
  h.queue_depths.vector = 2;
  ProgramBuilder b(h);
  for (int i = 0; i < 3; ++i) b.pool(one_pixel());
  const TimedRun run = run_timing(b.finish());
  EXPECT_EQ(run.cycles(UnitId::command_processor)[Activity::queue_full], 0);
  EXPECT_EQ(run.done(3), 43 + 3 + 1);
}

TEST(Dispatch, InstructionBytesCountAsTheyAre) {
  ProgramBuilder b;
  for (int i = 0; i < 4; ++i) b.pool(one_pixel());
  const TimedRun run = run_timing(b.finish());  // 5 instructions: a whole block and 64 bytes
  EXPECT_EQ(run.result.dram.instruction_bytes, 5 * 64);
  EXPECT_EQ(run.result.dram.read_bytes, 5 * 64);
  EXPECT_EQ(run.result.dram.bus_busy_cycles, 2 * 32);
  // The second block is granted when the bus is free, in 33: END is dispatched in 33 + 10 + 32.
  EXPECT_EQ(run.done(4), 76);
}

}  // namespace
}  // namespace npusim::test
