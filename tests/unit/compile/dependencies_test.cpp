// SPDX-License-Identifier: Apache-2.0
#include "frontend/compile/dependencies.h"

#include <gtest/gtest.h>

#include <optional>
#include <random>

#include "tests/unit/compile/happens_before.h"

namespace npusim::compile {
namespace {

using isa::Unit;

Access reads(std::uint64_t begin, std::uint64_t end, Space space = Space::activations) {
  return {space, false, begin, end};
}
Access writes(std::uint64_t begin, std::uint64_t end, Space space = Space::activations) {
  return {space, true, begin, end};
}
UnitIndices only(Unit unit, DraftIndex index) {
  UnitIndices indices = kNoUnits;
  indices[static_cast<std::size_t>(unit)] = index;
  return indices;
}

TEST(DependencyTracker, ReadAfterWrite) {
  DependencyTracker tracker;
  EXPECT_EQ(tracker.add(0, Unit::dma_in, {writes(10, 20)}), kNoUnits);
  EXPECT_EQ(tracker.add(1, Unit::mac_array, {reads(19, 30)}), only(Unit::dma_in, 0));
  EXPECT_EQ(tracker.add(2, Unit::mac_array, {reads(20, 30)}), kNoUnits);  // touches, no overlap
  EXPECT_EQ(tracker.add(3, Unit::mac_array, {reads(0, 10)}), kNoUnits);
}

TEST(DependencyTracker, WriteAfterReadAndWriteAfterWrite) {
  DependencyTracker tracker;
  tracker.add(0, Unit::dma_in, {writes(0, 100)});
  tracker.add(1, Unit::mac_array, {reads(0, 50)});
  UnitIndices both = only(Unit::dma_in, 0);
  both[static_cast<std::size_t>(Unit::mac_array)] = 1;
  EXPECT_EQ(tracker.add(2, Unit::vector, {writes(49, 51)}), both);
  EXPECT_EQ(tracker.add(3, Unit::requantization, {writes(60, 70)}), only(Unit::dma_in, 0));
}

TEST(DependencyTracker, ReadersDoNotWaitForEachOther) {
  DependencyTracker tracker;
  tracker.add(0, Unit::mac_array, {reads(0, 10)});
  EXPECT_EQ(tracker.add(1, Unit::vector, {reads(0, 10)}), kNoUnits);
}

TEST(DependencyTracker, ReadBeforeAnyWriteHoldsALaterWriteBack) {
  DependencyTracker tracker;
  tracker.add(0, Unit::dma_in, {reads(0, 10, Space::dram)});
  tracker.add(1, Unit::dma_in, {reads(5, 30, Space::dram)});
  EXPECT_EQ(tracker.add(2, Unit::dma_out, {writes(3, 4, Space::dram)}), only(Unit::dma_in, 0));
  EXPECT_EQ(tracker.add(3, Unit::dma_out, {writes(20, 21, Space::dram)}), only(Unit::dma_in, 1));
}

TEST(DependencyTracker, MemoriesAreApart) {
  DependencyTracker tracker;
  tracker.add(0, Unit::dma_in, {writes(0, 10, Space::dram)});
  EXPECT_EQ(tracker.add(1, Unit::mac_array, {reads(0, 10, Space::weights)}), kNoUnits);
  EXPECT_EQ(tracker.add(2, Unit::mac_array, {reads(0, 10, Space::accumulators)}), kNoUnits);
}

TEST(DependencyTracker, AnOverwrittenWriterIsKnownThroughTheLaterOne) {
  DependencyTracker tracker;
  tracker.add(0, Unit::dma_in, {writes(0, 10)});
  tracker.add(1, Unit::vector, {writes(0, 10)});
  EXPECT_EQ(tracker.add(2, Unit::mac_array, {reads(0, 10)}), only(Unit::vector, 1));
}

// Against all pairs: what is needed is a conflict, and together with the order of the units it
// implies every conflict.
TEST(DependencyTracker, CoversExactlyTheConflictsOfRandomAccesses) {
  std::mt19937_64 engine(1);
  const auto draw = [&](std::uint64_t bound) { return engine() % bound; };
  for (int round = 0; round < 150; ++round) {
    const std::size_t count = 60;
    const std::uint64_t bytes = 8 + draw(60);
    DependencyTracker tracker;
    HappensBefore known(count);
    std::vector<std::vector<Access>> accesses(count);
    std::vector<std::size_t> units(count);
    std::array<std::optional<std::size_t>, isa::kUnits> last;
    for (std::size_t i = 0; i < count; ++i) {
      units[i] = draw(isa::kUnits);
      // One access a memory: an instruction does not conflict with itself.
      for (const Space space : {Space::dram, Space::activations}) {
        const std::uint64_t begin = draw(bytes);
        accesses[i].push_back({space, draw(2) == 0, begin, begin + 1 + draw(bytes - begin)});
      }
      const UnitIndices needed =
          tracker.add(static_cast<DraftIndex>(i), static_cast<Unit>(units[i]), accesses[i]);
      if (last[units[i]]) known.order(*last[units[i]], i);
      last[units[i]] = i;
      for (std::size_t u = 0; u < isa::kUnits; ++u) {
        if (needed[u] < 0) continue;
        const auto other = static_cast<std::size_t>(needed[u]);
        ASSERT_LT(other, i);
        ASSERT_EQ(units[other], u);
        ASSERT_TRUE(conflict(accesses[other], accesses[i])) << other << " and " << i;
        known.order(other, i);
      }
      for (std::size_t other = 0; other < i; ++other) {
        if (!conflict(accesses[other], accesses[i])) continue;
        ASSERT_TRUE(known.is_before(other, i)) << other << " and " << i;
      }
    }
  }
}

}  // namespace
}  // namespace npusim::compile
