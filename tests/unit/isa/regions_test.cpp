// SPDX-License-Identifier: Apache-2.0
#include "sim/isa/regions.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>
#include <set>

namespace npusim::isa {
namespace {

/// All bytes of a region, and whether two runs share one.
struct Bytes {
  std::set<std::uint64_t> all;
  bool disjoint = true;
};

Bytes bytes_of(const Region& region) {
  Bytes bytes;
  for (std::uint64_t j = 0; j < region.count2; ++j) {
    for (std::uint64_t i = 0; i < region.count1; ++i) {
      for (std::uint64_t b = 0; b < region.bytes; ++b) {
        const auto inserted =
            bytes.all.insert(region.address + i * region.stride1 + j * region.stride2 + b);
        bytes.disjoint = bytes.disjoint && inserted.second;
      }
    }
  }
  return bytes;
}

Region random_region(std::mt19937_64& random) {
  return {random() % 20, random() % 5, random() % 4, random() % 12, random() % 4, random() % 24};
}

TEST(RegionsTest, EndAndDisjointAgreeWithTheBytes) {
  std::mt19937_64 random(3);
  int disjoint = 0;
  for (int i = 0; i < 20'000; ++i) {
    const Region region = random_region(random);
    const Bytes bytes = bytes_of(region);
    ASSERT_EQ(region.empty(), bytes.all.empty());
    if (region.empty()) continue;
    ASSERT_EQ(region.end(), *bytes.all.rbegin() + 1);
    if (region.runs_are_disjoint()) {
      ++disjoint;
      ASSERT_TRUE(bytes.disjoint);
    }
    // The other way round it may refuse runs that interleave, never nested ones.
    const bool nested = region.stride2 >= (region.count1 - 1) * region.stride1 + region.bytes &&
                        region.stride1 >= region.bytes;
    if (nested) {
      ASSERT_TRUE(region.runs_are_disjoint());
    }
  }
  EXPECT_GT(disjoint, 1000);
}

TEST(RegionsTest, OverlapIsNeverMissed) {
  std::mt19937_64 random(4);
  int apart = 0;
  for (int i = 0; i < 50'000; ++i) {
    Region a = random_region(random);
    Region b = random_region(random);
    if (i % 2 == 0) {  // interleaved pixels, as two inputs of a concatenation
      a.count2 = b.count2 = 1;
      b.stride1 = a.stride1;
    }
    const Bytes bytes_a = bytes_of(a), bytes_b = bytes_of(b);
    bool share = false;
    for (const std::uint64_t byte : bytes_a.all) share = share || bytes_b.all.count(byte) > 0;
    if (share) {
      ASSERT_TRUE(may_overlap(a, b));
    }
    if (!may_overlap(a, b)) ++apart;
  }
  EXPECT_GT(apart, 1000);
}

TEST(RegionsTest, InterleavedPixelsAreApart) {
  const Region a = {0, 16, 8, 48, 1, 0};
  EXPECT_FALSE(may_overlap(a, {16, 32, 8, 48, 1, 0}));
  EXPECT_TRUE(may_overlap(a, {16, 33, 8, 48, 1, 0}));
  EXPECT_TRUE(may_overlap(a, {15, 2, 8, 48, 1, 0}));
}

TEST(RegionsTest, TheEndSaturates) {
  const std::uint64_t largest = std::numeric_limits<std::uint64_t>::max();
  EXPECT_EQ((Region{largest - 1, 2}.end()), largest);
  EXPECT_EQ((Region{0, 1, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}.end()), largest);
  TensorInfo tensor;
  tensor.height = tensor.width = tensor.channels = std::int64_t{1} << 32;
  EXPECT_EQ(tensor_region(tensor).bytes, largest);
}

TEST(RegionsTest, ParameterRegions) {
  Requantize f;
  f.columns = 5;
  f.record_address = 100;
  f.shifts_address = 200;
  f.channel_begin = 3;
  f.field_bits = 3;  // bits 9 to 23
  EXPECT_EQ(record_region(f).address, 100U);
  EXPECT_EQ(record_region(f).bytes, 5U);
  EXPECT_EQ(shifts_region(f).address, 201U);
  EXPECT_EQ(shifts_region(f).end(), 203U);
  f.per_channel = true;
  f.field_bits = 0;
  EXPECT_EQ(record_region(f).address, 115U);
  EXPECT_EQ(record_region(f).bytes, 25U);
  EXPECT_TRUE(shifts_region(f).empty());
  f.clamps_address = 300;
  EXPECT_TRUE(clamps_region(f).empty());
  f.channel_clamps = true;
  EXPECT_EQ(clamps_region(f).address, 306U);
  EXPECT_EQ(clamps_region(f).bytes, 10U);
}

}  // namespace
}  // namespace npusim::isa
