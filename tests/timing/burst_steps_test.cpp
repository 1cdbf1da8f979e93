// SPDX-License-Identifier: Apache-2.0
// In how many steps ReadBursts and WriteBursts pass runs of bursts, and that each step is exact: by
// hand what burst_recurrences_test.cpp draws.
#include <gtest/gtest.h>

#include <vector>

#include "sim/model/read_bursts.h"
#include "sim/model/write_bursts.h"

namespace npusim::model {
namespace {

// What is told, and in how many steps.
struct Told : TransferListener {
  void granted(const GrantRun& run) override { grants += run.count; }
  void streams(const Reservation& r, std::int64_t end) override {
    ++steps;
    for (std::int64_t k = 1; k <= r.count; ++k) ends.push_back(end - (r.count - k) * r.period);
  }
  void finished(std::size_t, std::int64_t end) override { finish = end; }
  void free_from(std::int64_t cycle) override { free = cycle; }

  std::int64_t steps = 0, grants = 0, finish = -1, free = -1;
  std::vector<std::int64_t> ends;
};

constexpr std::uint32_t kLongBytes = 16'000;  // 1000 bursts of 16

Transfer long_transfer(std::int64_t line_bytes, std::int64_t start) {
  isa::Dma dma;
  dma.bytes = kLongBytes;
  return {0, dma, 16, RangeAccesses::lines(line_bytes), start};
}

// All grants, those of each call as far as the deadline lets them be made at once.
GrantedBursts grant_all(BurstSource& bursts) {
  GrantedBursts all;
  std::int64_t bus_free = 0;
  while (bursts.visible() != kNever) {
    const std::int64_t cycle = std::max(bus_free, bursts.visible());
    const GrantedBursts some = bursts.grant(cycle, {bursts.deadline(bus_free), kNever});
    all = {some.last_cycle, all.count + some.count, all.bytes + some.bytes};
    bus_free = some.last_cycle + bursts.bus_cycles();
  }
  return all;
}

TEST(BurstSteps, RunsBoundByTheBusTakeOneStepBehindTheirFirstBurst) {
  Told told;
  ReadBursts bursts(8, {2, 12}, told);
  bursts.begin(long_transfer(16, 5));
  EXPECT_EQ(bursts.visible(), 6);
  const std::int64_t deadline = bursts.deadline(0);
  const GrantedBursts granted = grant_all(bursts);
  EXPECT_EQ(granted.count, 1000);
  EXPECT_EQ(granted.last_cycle, 6 + 999 * 2);
  EXPECT_EQ(told.finish, 6 + 999 * 2 + 12 + 1);
  // The first, all others before the deadline, which is 2001 (burst 997), and the last two.
  EXPECT_EQ(told.steps, 1 + 1 + 2);
  EXPECT_EQ(deadline, 2001);
  // Burst 991's end is what the last issue waits for.
  EXPECT_EQ(deadline, told.ends[991]);
  EXPECT_EQ(told.free, told.ends[991] + 1);
}

// Grants of 100 bursts, alone on the bus: the steps that they take.
std::int64_t steps_of_100(const BurstTimes& times, std::int64_t line_bytes) {
  Told told;
  ReadBursts bursts(8, times, told);
  bursts.begin(long_transfer(line_bytes, 0));
  EXPECT_EQ(bursts.grant(1, {1 + 99 * times.bus_cycles + 1, kNever}).count, 100);
  EXPECT_EQ(told.ends.back(),
            1 + 99 * times.bus_cycles + times.data_cycles + (16 + line_bytes - 1) / line_bytes);
  return told.steps;
}

TEST(BurstSteps, TheBusDecidesWhereNoStreamAndNoLimitEverDoes) {
  EXPECT_EQ(steps_of_100({1, 3}, 16), 1 + 1);
  EXPECT_EQ(steps_of_100({2, 13}, 16), 1 + 1);
  EXPECT_EQ(steps_of_100({2, 13}, 8), 1 + 1);  // streams of 2
  // Eight requests just suffice; that is seen when eight ends in a row are 2 apart.
  EXPECT_EQ(steps_of_100({2, 14}, 16), 9 + 1);
}

TEST(BurstSteps, ALateStreamMayDecideForTheNextN) {
  Told told;
  ReadBursts bursts(8, {2, 12}, told);
  isa::Dma dma;
  dma.bytes = 16;
  bursts.begin({0, dma, 16, RangeAccesses::lines(1), 0});
  EXPECT_EQ(bursts.grant(1, {2, kNever}).count, 1);
  EXPECT_EQ(told.ends.back(), 1 + 12 + 16);
  bursts.begin(long_transfer(16, 1));
  // Seven are written behind the first, late, in a cycle each; the eighth is issued at its end, 29:
  // it and 86 others are written in time, the first eight of them one by one.
  EXPECT_EQ(bursts.grant(3, {30 + 86 * 2 + 1, kNever}).count, 7 + 87);
  EXPECT_EQ(told.ends[7], 29 + 7);
  EXPECT_EQ(told.ends.back(), 30 + 86 * 2 + 12 + 1);
  EXPECT_EQ(told.steps, 1 + 7 + 8 + 1);
}

TEST(BurstSteps, RunsBoundByTheStreamsTakeOneStepToo) {
  Told told;
  ReadBursts bursts(4, {2, 12}, told);
  bursts.begin(long_transfer(3, 0));  // 6 accesses each
  bursts.grant(1, {1000, kNever});
  // The fifth end is the fourth in a row that is 6 after the one before; its grant comes 6 after
  // the one before it only in the burst behind.
  EXPECT_EQ(told.steps, 6 + 1);
  grant_all(bursts);
  EXPECT_EQ(told.finish, 1 + 12 + 1000 * 6);
}

TEST(BurstSteps, OneBurstAtATimeIsAStepOfThirtyCycles) {
  Told told;
  ReadBursts bursts(1, {2, 27}, told);
  bursts.begin(long_transfer(8, 0));
  const std::int64_t deadline = bursts.deadline(0);
  bursts.grant(1, {100'000, 7});  // a rival has the bus in between
  EXPECT_EQ(told.steps, 1);
  bursts.grant(31, {1000, kNever});
  EXPECT_EQ(told.ends.back(), 30 * 34);  // granted in 30 * 33 + 1
  EXPECT_EQ(told.steps, 1 + 1 + 1);
  grant_all(bursts);
  EXPECT_EQ(told.finish, 30'000);
  EXPECT_EQ(told.free, 999 * 30 + 1);
  EXPECT_LE(deadline, 999 * 30);
  EXPECT_GE(deadline, 999 * 29);  // an access less than the burst has
}

TEST(BurstSteps, ARivalIsAskedOnlyWhereTheBusIsLeftFree) {
  Told told;
  ReadBursts bursts(8, {2, 12}, told);
  bursts.begin(long_transfer(16, 0));
  EXPECT_EQ(bursts.grant(1, {1001, 3}).count, 500);
  Told others;
  ReadBursts slow(8, {2, 40}, others);  // 42 cycles for 8 bursts
  slow.begin(long_transfer(16, 0));
  EXPECT_EQ(slow.grant(1, {1000, 3}).count, 8);
  EXPECT_EQ(slow.visible(), 43);
}

TEST(BurstSteps, WritesBoundByTheBusTakeOneStepOnceNEndsAreAPeriodApart) {
  Told told;
  WriteBursts bursts(8, {2, 12}, told);
  bursts.begin(long_transfer(16, 5));
  EXPECT_EQ(bursts.visible(), 6);
  EXPECT_EQ(told.steps, 8);
  const std::int64_t deadline = bursts.deadline(0);
  const GrantedBursts granted = grant_all(bursts);
  EXPECT_EQ(granted.count, 1000);
  EXPECT_EQ(granted.bytes, kLongBytes);
  EXPECT_EQ(granted.last_cycle, 6 + 999 * 2);
  EXPECT_EQ(told.finish, 6 + 999 * 2 + 12);
  // Grants 0 to 8 let 8 to 16 be read, whose last eight ends are 2 apart; the last is told by
  // itself, for then the unit is free.
  EXPECT_EQ(told.steps, 17 + 1 + 1);
  // Burst 991 is done: what the last stream waits for.
  EXPECT_EQ(deadline, 6 + 991 * 2 + 12);
  EXPECT_EQ(told.free, deadline + 1);
}

TEST(BurstSteps, WritesBoundByTheStreamsTakeOneStepToo) {
  Told told;
  WriteBursts bursts(4, {2, 12}, told);
  bursts.begin(long_transfer(3, 0));  // 6 accesses each
  EXPECT_EQ(bursts.grant(6, {606, kNever}).count, 100);
  EXPECT_EQ(told.steps, 5 + 1);  // regular from the first on
  EXPECT_EQ(told.ends.size(), 104);
  EXPECT_EQ(told.ends.back(), 104 * 6);
  EXPECT_EQ(bursts.grant(606, {607, kNever}).count, 1);
  grant_all(bursts);
  EXPECT_EQ(told.free, 1000 * 6);
  EXPECT_EQ(told.finish, 1000 * 6 + 12);
}

TEST(BurstSteps, OneWriteAtATimeIsAStepOf29Cycles) {
  Told told;
  WriteBursts bursts(1, {2, 27}, told);
  bursts.begin(long_transfer(8, 0));  // read in 0 and 1, done in 29
  EXPECT_EQ(bursts.deadline(0), 2 + 998 * 2 + 27);
  EXPECT_EQ(bursts.grant(2, {100'000, 7}).count, 1);  // a rival has the bus in between
  EXPECT_EQ(told.steps, 2);
  EXPECT_EQ(bursts.visible(), 31);
  EXPECT_EQ(bursts.grant(33, {62, kNever}).count, 1);  // it was late
  EXPECT_EQ(told.steps, 3);
  // And has the period again by itself; the 33rd grant is the last one before the window closes.
  EXPECT_EQ(bursts.grant(62, {62 + 32 * 29 + 1, kNever}).count, 33);
  EXPECT_EQ(told.ends.back(), 62 + 33 * 29);
  EXPECT_EQ(told.steps, 3 + 1 + 1);
  grant_all(bursts);
  EXPECT_EQ(told.free, 2 + 999 * 29 + 2);
  EXPECT_EQ(told.finish, 2 + 999 * 29 + 2 + 27);
}

TEST(BurstSteps, ARivalOfWritesIsAskedOnlyWhereTheBusIsLeftFree) {
  Told told;
  WriteBursts bursts(8, {2, 12}, told);
  bursts.begin(long_transfer(16, 0));
  EXPECT_EQ(bursts.grant(1, {1001, 3}).count, 500);
  EXPECT_EQ(told.steps, 8 + 9 + 1);
  Told others;
  WriteBursts slow(8, {2, 40}, others);
  slow.begin(long_transfer(16, 0));
  EXPECT_EQ(slow.grant(1, {1000, 3}).count, 8);
  EXPECT_EQ(slow.visible(), 42);
}

TEST(BurstSteps, AStartThatKeepsThePeriodByChanceBeginsNoRun) {
  Told told;
  WriteBursts bursts(4, {3, 75}, told);
  const auto transfer = [](std::size_t instruction, std::uint32_t bytes, std::int64_t start) {
    isa::Dma dma;
    dma.bytes = bytes;
    return Transfer(instruction, dma, 16, RangeAccesses::lines(8), start);
  };
  bursts.begin(transfer(0, 8 * 16, 0));  // read in 0 to 7
  for (const std::int64_t cycle : {13, 33, 53, 73, 90}) bursts.grant(cycle, {cycle + 1, kNever});
  bursts.begin(transfer(1, 16, 168));
  bursts.begin(transfer(2, kLongBytes, 188));
  // Ends, and the grants of those that were granted when they were visible, are 20 apart by now; so
  // will be the next end, though the burst four before it is done 3 cycles before the start.
  EXPECT_EQ(told.ends, (std::vector<std::int64_t>{2, 4, 6, 8, 90, 110, 130, 150, 170}));
  EXPECT_EQ(bursts.deadline(93), 110 + 2 * 3 + 75);
  EXPECT_EQ(bursts.grant(110, {191, kNever}).count, 5);
  EXPECT_EQ(told.ends[9], 190);
  EXPECT_EQ(told.ends[10], 130 + 75 + 2);  // and not 210
  EXPECT_EQ(told.ends[11], 150 + 75 + 2);
}

TEST(BurstSteps, RowsOfOtherAccessesAreOtherRuns) {
  Told told;
  WriteBursts bursts(4, {1, 2}, told);
  isa::Dma dma;
  dma.bytes = 20 * 16;
  dma.count1 = 3;
  dma.dram_stride1 = 20 * 16;
  dma.local_address = 2;
  dma.local_stride1 = 21 * 16 + 1;  // 3 accesses each, 3 again, then 2
  bursts.begin(Transfer(0, dma, 16, RangeAccesses::words(4, 2), 0));
  EXPECT_EQ(bursts.grant(3, {3 + 3 * 59 + 1, kNever}).count, 60);
  ASSERT_EQ(told.ends.size(), 60);
  EXPECT_EQ(told.ends[39], 40 * 3);
  EXPECT_EQ(told.ends[40], 40 * 3 + 2);
  // Row 0: five, 14 in one step, the last. Row 1 goes on: 19, the last. Row 2 as row 0.
  EXPECT_EQ(told.steps, 7 + 2 + 7);
  EXPECT_EQ(told.finish, 40 * 3 + 20 * 2 + 2);
}

TEST(BurstSteps, BytesOfPartialBurstsAreCountedWhereTheyAreGranted) {
  Told told;
  WriteBursts bursts(4, {1, 3}, told);
  isa::Dma dma;
  dma.bytes = 40 * 16 + 4;
  dma.count1 = 3;
  dma.dram_stride1 = 41 * 16;
  bursts.begin(Transfer(0, dma, 16, RangeAccesses::lines(16), 0));  // an access each
  std::int64_t granted = 0;
  for (const std::int64_t burst : {1, 2, 38, 40, 41, 42, 80, 82, 122, 123}) {
    const GrantedBursts some = bursts.grant(granted + 1, {burst + 1, kNever});
    EXPECT_EQ(some.count, burst - granted);
    EXPECT_EQ(some.bytes, (burst - granted) * 16 - (burst / 41 - granted / 41) * 12) << burst;
    granted = burst;
  }
  EXPECT_EQ(told.finish, 123 + 3);
  EXPECT_EQ(told.grants, 123);
}

}  // namespace
}  // namespace npusim::model
