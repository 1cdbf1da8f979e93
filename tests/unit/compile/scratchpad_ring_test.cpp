// SPDX-License-Identifier: Apache-2.0
#include "frontend/compile/scratchpad_ring.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "sim/base/errors.h"

namespace npusim::compile {
namespace {

TEST(ScratchpadRing, BlocksLieOneBehindTheOtherAndThenAgainFromTheBegin) {
  ScratchpadRing ring(100, 50);
  EXPECT_EQ(ring.place(0, 0, 20).address, 100);
  EXPECT_EQ(ring.place(0, 1, 20).address, 120);
  const auto third = ring.place(0, 2, 20);  // 10 bytes are left
  EXPECT_EQ(third.address, 100);
  EXPECT_FALSE(third.is_loaded);
}

TEST(ScratchpadRing, WhatStillLiesThereIsNotLoadedAgain) {
  ScratchpadRing ring(0, 50);
  ring.place(3, 0, 20);
  ring.place(3, 1, 20);
  const auto again = ring.place(3, 0, 20);
  EXPECT_TRUE(again.is_loaded);
  EXPECT_EQ(again.address, 0);
  EXPECT_FALSE(ring.place(4, 0, 5).is_loaded);  // another layer's
}

TEST(ScratchpadRing, AnythingThatAByteWasTakenFromIsGone) {
  ScratchpadRing ring(0, 50);
  ring.place(0, 0, 20);
  ring.place(0, 1, 20);
  ring.place(0, 2, 21);  // [0, 21): over the first and a byte of the second
  EXPECT_FALSE(ring.place(0, 1, 20).is_loaded);
}

TEST(ScratchpadRing, ABlockMayFillTheRegionAndNoMore) {
  ScratchpadRing ring(8, 50);
  EXPECT_EQ(ring.place(0, 0, 50).address, 8);
  EXPECT_THROW(ring.place(0, 1, 51), base::InternalError);
}

TEST(ScratchpadRing, BlocksThatAreKeptTogetherDoNotReplaceEachOther) {
  ScratchpadRing ring(0, 50);
  ring.place(0, 0, 20);
  ring.keep_together(40);  // not behind the first: from the begin
  EXPECT_EQ(ring.place(1, 0, 20).address, 0);
  EXPECT_EQ(ring.place(1, 1, 20).address, 20);
  EXPECT_TRUE(ring.place(1, 0, 20).is_loaded);
}

TEST(ScratchpadRing, WhatTheRegionCannotHoldOrHasRoomForChangesNothing) {
  ScratchpadRing ring(0, 50);
  ring.place(0, 0, 20);
  ring.keep_together(51);
  ring.keep_together(30);
  EXPECT_EQ(ring.place(1, 0, 30).address, 20);
}

TEST(ScratchpadRing, ARestartKeepsWhatTheRegionHoldsAsAWhole) {
  ScratchpadRing ring(0, 50);
  ring.place(1, 0, 20);
  ring.place(2, 0, 30);
  ring.restart();
  EXPECT_TRUE(ring.place(1, 0, 20).is_loaded);
  EXPECT_TRUE(ring.place(2, 0, 30).is_loaded);
}

TEST(ScratchpadRing, ARestartForgetsAllWhereAnythingWasReplaced) {
  ScratchpadRing ring(0, 50);
  for (int image = 0; image < 3; ++image) {
    ring.restart();
    EXPECT_FALSE(ring.place(1, 0, 20).is_loaded);
    EXPECT_EQ(ring.place(2, 0, 20).address, 20);
    EXPECT_EQ(ring.place(3, 0, 15).address, 0);
    EXPECT_TRUE(ring.place(2, 0, 20).is_loaded);
  }
}

// Whatever is said to lie there was written there and by nothing after it.
TEST(ScratchpadRing, NeverClaimsWhatWasOverwritten) {
  std::mt19937_64 engine(1);
  const auto draw = [&](std::uint64_t bound) {
    return static_cast<std::int64_t>(engine() % bound);
  };
  for (int round = 0; round < 50; ++round) {
    const std::int64_t region = 40 + draw(60);
    ScratchpadRing ring(7, region);
    std::vector<std::int64_t> sizes;
    sizes.reserve(9);
    for (int i = 0; i < 9; ++i) sizes.push_back(1 + draw(40));
    std::vector<std::int64_t> memory(static_cast<std::size_t>(region), -1);
    int hits = 0;
    for (int step = 0; step < 200; ++step) {
      const std::int64_t block = draw(9);
      const std::int64_t bytes = sizes[static_cast<std::size_t>(block)];
      if (draw(5) == 0) ring.keep_together(draw(120));
      const auto place = ring.place(0, static_cast<std::size_t>(block), bytes);
      ASSERT_GE(place.address, 7);
      ASSERT_LE(place.address + bytes, 7 + region);
      hits += place.is_loaded ? 1 : 0;
      for (std::int64_t b = place.address - 7; b < place.address - 7 + bytes; ++b) {
        std::int64_t& cell = memory[static_cast<std::size_t>(b)];
        ASSERT_TRUE(!place.is_loaded || cell == block);
        cell = block;
      }
    }
    EXPECT_GT(hits, 0);
  }
}

}  // namespace
}  // namespace npusim::compile
