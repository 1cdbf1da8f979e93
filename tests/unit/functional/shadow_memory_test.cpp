// SPDX-License-Identifier: Apache-2.0
#include "sim/functional/shadow_memory.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace npusim::functional {
namespace {

using isa::Unit;

/// Instructions 0, 1, 2, ... of units that go round, with clocks set by hand.
class ShadowMemoryTest : public testing::Test {
 protected:
  ShadowMemoryTest() {
    for (int i = 0; i < 70; ++i) units_.push_back(static_cast<Unit>(i % isa::kUnits));
  }
  Moment moment(std::uint32_t instruction) {
    return {instruction, units_[instruction], &clock_, &units_};
  }

  std::vector<Unit> units_;
  Clock clock_;
  std::vector<Race> races_;
};

TEST_F(ShadowMemoryTest, ReadsNeedAnOrderedWrite) {
  ShadowMemory memory(4, 0);
  memory.write({100, 40}, moment(0), races_);
  EXPECT_TRUE(races_.empty());
  memory.read({96, 16}, moment(1), races_);
  ASSERT_EQ(races_.size(), 2U);
  EXPECT_EQ(races_[0].kind, RaceKind::never_written);
  EXPECT_EQ(races_[0].begin, 96U);
  EXPECT_EQ(races_[0].end, 100U);
  EXPECT_EQ(races_[1].kind, RaceKind::read_after_write);
  EXPECT_EQ(races_[1].other, accessor_id(0));
  EXPECT_EQ(races_[1].begin, 100U);
  EXPECT_EQ(races_[1].end, 112U);
  races_.clear();
  memory.read({100, 40}, moment(7), races_);  // the same unit as instruction 0
  EXPECT_TRUE(races_.empty());
  clock_.set_done(Unit::dma_in, 0);
  memory.read({100, 40}, moment(2), races_);
  EXPECT_TRUE(races_.empty());
}

TEST_F(ShadowMemoryTest, WritesNeedOrderedReadersAndWriters) {
  ShadowMemory memory(1, 0);
  memory.write({0, 8}, moment(0), races_);
  clock_.set_done(Unit::dma_in, 0);
  memory.read({0, 8}, moment(1), races_);
  memory.read({4, 8 - 4}, moment(8), races_);  // the same unit, later
  memory.read({0, 2}, moment(2), races_);
  ASSERT_TRUE(races_.empty());
  clock_.set_done(Unit::dma_weights, 1);  // not instruction 8
  clock_.set_done(Unit::dma_out, 2);
  memory.write({0, 8}, moment(3), races_);
  ASSERT_EQ(races_.size(), 1U);
  EXPECT_EQ(races_[0].kind, RaceKind::write_after_read);
  EXPECT_EQ(races_[0].other, accessor_id(8));
  EXPECT_EQ(races_[0].begin, 4U);
  EXPECT_EQ(races_[0].end, 8U);
  races_.clear();
  memory.write({0, 8}, moment(9), races_);
  ASSERT_EQ(races_.size(), 1U);
  EXPECT_EQ(races_[0].kind, RaceKind::write_after_write);
  EXPECT_EQ(races_[0].other, accessor_id(3));
}

TEST_F(ShadowMemoryTest, LaterInstructionsAreNeverBefore) {
  ShadowMemory memory(1, 0);
  memory.write({0, 4}, moment(10), races_);
  clock_.set_done(units_[10], 10);
  memory.read({0, 4}, moment(4), races_);  // a deferred read
  ASSERT_EQ(races_.size(), 1U);
  EXPECT_EQ(races_[0].other, accessor_id(10));
}

TEST_F(ShadowMemoryTest, WhatIsThereFromTheStart) {
  ShadowMemory memory(4, 64);
  memory.mark_initial({128, 8, 2, 16, 1, 0});
  memory.read({0, 64}, moment(0), races_);
  memory.read({128, 8, 2, 16, 1, 0}, moment(0), races_);
  EXPECT_TRUE(races_.empty());
  memory.read({64, 4}, moment(0), races_);
  memory.read({136, 4}, moment(0), races_);
  EXPECT_EQ(races_.size(), 2U);
}

TEST_F(ShadowMemoryTest, AgreesWithAMapOfBytes) {
  std::mt19937 random(9);
  ShadowMemory memory(2, 0);
  struct Cell {
    AccessorId writer = kNobody;
    std::map<Unit, AccessorId> readers;
  };
  std::map<std::uint64_t, Cell> plain;
  std::size_t found = 0;
  for (std::uint32_t i = 0; i < 70; ++i) {
    if (random() % 2 == 0) clock_.set_done(units_[i / 2], i / 2);
    const isa::Region region = {
        4090 * 2 + 2 * (random() % 20), 2 * (1 + random() % 4), 1 + random() % 4,
        8 + 2 * (random() % 5),         1 + random() % 2,       64};
    const bool write = random() % 2 == 0;
    races_.clear();
    write ? memory.write(region, moment(i), races_) : memory.read(region, moment(i), races_);
    std::size_t expected_bytes = 0, bytes = 0;
    for (std::uint64_t c2 = 0; c2 < region.count2; ++c2) {
      for (std::uint64_t c1 = 0; c1 < region.count1; ++c1) {
        for (std::uint64_t b = 0; b < region.bytes; ++b) {
          Cell& cell = plain[region.address + c1 * region.stride1 + c2 * region.stride2 + b];
          const bool nobody = !write && cell.writer == kNobody;
          if (nobody || !moment(i).is_after(cell.writer)) ++expected_bytes;
          if (write) {
            for (const auto& [unit, reader] : cell.readers) {
              if (!moment(i).is_after(reader)) ++expected_bytes;
            }
            cell = {accessor_id(i), {}};
          } else {
            cell.readers[units_[i]] = accessor_id(i);
          }
        }
      }
    }
    for (const Race& race : races_) bytes += race.end - race.begin;
    ASSERT_EQ(bytes, expected_bytes) << i;
    found += bytes;
  }
  EXPECT_GT(found, 100U);
}

}  // namespace
}  // namespace npusim::functional
