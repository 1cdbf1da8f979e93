// SPDX-License-Identifier: Apache-2.0
// docs/timing-model.md, rules 1, 3, 4 and 5: what is posted in the last cycle of an instruction is
// there in the next cycle, not before and not later.
#include <gtest/gtest.h>

#include "tests/timing/program_builder.h"

namespace npusim::test {
namespace {

using isa::Unit;
using model::UnitId;
using stats::Activity;

isa::Pool one_pixel() {
  isa::Pool pool;
  pool.out_address = 64;
  pool.pixels = 1;
  pool.out_pixel_stride_bytes = 1;
  return pool;
}

isa::Dma bytes(std::uint32_t count) {
  isa::Dma dma;
  dma.dram_address = 256;
  dma.local_address = 256;
  dma.bytes = count;
  return dma;
}

TEST(Semaphores, WaiterStartsInTheCycleOfDone) {
  ProgramBuilder b;
  const std::uint32_t s = b.semaphore(Unit::vector, Unit::dma_out);
  const std::size_t pool = b.pool(one_pixel(), 0, s);
  const std::size_t store = b.store(bytes(16), s);
  const TimedRun run = run_timing(b.finish());
  EXPECT_EQ(run.done(pool), 50);
  EXPECT_EQ(run.start(store), 50);
  EXPECT_EQ(run.cycles(UnitId::dma_out)[Activity::wait_vector], 50 - 45);
}

TEST(Semaphores, CountAndAreTakenOneByOne) {
  ProgramBuilder b(small_hardware(512));
  const std::uint32_t s = b.semaphore(Unit::vector, Unit::dma_out, 1);
  const std::size_t first = b.store(bytes(16), s);   // the initial count
  const std::size_t second = b.store(bytes(16), s);  // the pool's
  const std::size_t pool = b.pool(one_pixel(), 0, s);
  const TimedRun run = run_timing(b.finish());
  EXPECT_EQ(run.start(first), 76);
  EXPECT_EQ(run.start(second), run.done(pool));
  EXPECT_EQ(run.done(pool), 78 + 6);
}

TEST(Semaphores, TheLowestMissingOneNamesTheStall) {
  ProgramBuilder b(small_hardware(512));
  const std::uint32_t from_in = b.semaphore(Unit::dma_in, Unit::dma_out);
  const std::uint32_t from_vector = b.semaphore(Unit::vector, Unit::dma_out);
  const std::size_t store = b.store(bytes(16), from_in | from_vector);  // visible in 76
  const std::size_t load = b.load(bytes(16), 0, from_in);               // starts in 77
  isa::Pool slow = one_pixel();
  slow.pixels = 20;
  slow.in_width = 20;
  slow.out_width = 20;
  const std::size_t pool = b.pool(slow, 0, from_vector);  // starts in 78
  const TimedRun run = run_timing(b.finish());
  EXPECT_EQ(run.done(load), 77 + 15);
  EXPECT_EQ(run.done(pool), 78 + 40 + 2 + 4);  // two accesses went to the load
  EXPECT_EQ(run.start(store), run.done(pool));
  EXPECT_EQ(run.cycles(UnitId::dma_out)[Activity::wait_dma_in], 92 - 76);
  EXPECT_EQ(run.cycles(UnitId::dma_out)[Activity::wait_vector], 124 - 92);
}

TEST(Semaphores, AWaitTakesFromAllInTheStartCycle) {
  ProgramBuilder b(small_hardware(512));
  const std::uint32_t s2 = b.semaphore(Unit::vector, Unit::dma_out, 1);
  const std::uint32_t s3 = b.semaphore(Unit::vector, Unit::dma_out);
  const std::size_t both = b.store(bytes(16), s2 | s3);
  const std::size_t pool = b.pool(one_pixel(), 0, s3);
  const std::size_t pool_again = b.pool(one_pixel(), 0, s2);
  const std::size_t again = b.store(bytes(16), s2);
  const TimedRun run = run_timing(b.finish());
  // Had the first store taken s2 while s3 was missing, nothing would differ here; had it left it,
  // the second store would start before the second pool is done.
  EXPECT_EQ(run.start(both), run.done(pool));
  EXPECT_EQ(run.start(again), run.done(pool_again));
}

TEST(Semaphores, DramComesBeforeWaitInTheAccount) {
  ProgramBuilder b(small_hardware(512));
  const std::uint32_t s = b.semaphore(Unit::vector, Unit::dma_in);
  const std::size_t first = b.load(bytes(16));      // 76 to 91
  const std::size_t second = b.load(bytes(16), s);  // visible in 77
  isa::Pool slow = one_pixel();
  slow.pixels = 20;
  slow.in_width = 20;
  slow.out_width = 20;
  const std::size_t pool = b.pool(slow, 0, s);
  const TimedRun run = run_timing(b.finish());
  EXPECT_EQ(run.done(first), 91);
  EXPECT_EQ(run.start(second), run.done(pool));
  EXPECT_EQ(run.cycles(UnitId::dma_in)[Activity::wait_vector], run.done(pool) - 91);
  EXPECT_EQ(run.cycles(UnitId::dma_in)[Activity::dram], 2 * 13);
}

}  // namespace
}  // namespace npusim::test
