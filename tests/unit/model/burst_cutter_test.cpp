// SPDX-License-Identifier: Apache-2.0
#include "sim/model/burst_cutter.h"

#include <gtest/gtest.h>

#include <tuple>
#include <vector>

namespace npusim::model {
namespace {

using Bursts = std::vector<std::tuple<std::uint64_t, std::int64_t, std::int64_t>>;

Bursts cut(const isa::Dma& dma, std::int64_t burst_bytes) {
  Bursts bursts;
  BurstCutter cutter(dma, burst_bytes);
  while (!cutter.done()) {
    const Burst burst = cutter.next();
    bursts.emplace_back(burst.dram_address, burst.local_address, burst.bytes);
  }
  return bursts;
}

TEST(BurstCutter, NothingToCutAtFirst) { EXPECT_TRUE(BurstCutter().done()); }

TEST(BurstCutter, AlignedRun) {
  const isa::Dma dma{32, 5, 32};
  EXPECT_EQ(cut(dma, 16), (Bursts{{32, 5, 16}, {48, 21, 16}}));
}

TEST(BurstCutter, RaggedRun) {
  const isa::Dma dma{30, 0, 20};
  EXPECT_EQ(cut(dma, 16), (Bursts{{30, 0, 2}, {32, 2, 16}, {48, 18, 2}}));
}

TEST(BurstCutter, RunsOfThreeDimensions) {
  isa::Dma dma{0, 100, 4};
  dma.count1 = 2;
  dma.dram_stride1 = 14;  // the second run crosses a multiple of 16
  dma.local_stride1 = 4;
  dma.count2 = 2;
  dma.dram_stride2 = 64;
  dma.local_stride2 = 8;
  EXPECT_EQ(
      cut(dma, 16),
      (Bursts{{0, 100, 4}, {14, 104, 2}, {16, 106, 2}, {64, 108, 4}, {78, 112, 2}, {80, 114, 2}}));
}

}  // namespace
}  // namespace npusim::model
