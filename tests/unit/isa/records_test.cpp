// SPDX-License-Identifier: Apache-2.0
#include "sim/isa/records.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace npusim::isa {
namespace {

using testing::ElementsAre;

TEST(RecordsTest, ScaleAndAddAreLittleEndian) {
  std::vector<std::uint8_t> bytes;
  append_scale_record(bytes, {0x01020304, 33});
  EXPECT_THAT(bytes, ElementsAre(4, 3, 2, 1, 33));
  EXPECT_EQ(read_scale_record(bytes.data()).multiplier, 0x01020304);
  EXPECT_EQ(read_scale_record(bytes.data()).shift, 33);
  bytes.clear();
  append_add_record(bytes, {-2, 7, 9});
  EXPECT_EQ(bytes.size(), kAddRecordBytes);
  EXPECT_EQ(read_add_record(bytes.data()).multiplier_a, -2);
  EXPECT_EQ(read_add_record(bytes.data()).multiplier_b, 7);
  EXPECT_EQ(read_add_record(bytes.data()).shift, 9);
}

TEST(RecordsTest, PoolEntriesFollowTheirCount) {
  std::vector<std::uint8_t> bytes;
  append_pool_record(bytes, {{6, {100, 20}}, {0x0109, {200, 21}}});
  EXPECT_EQ(bytes.size(), 1 + 2 * kPoolEntryBytes);
  EXPECT_EQ(bytes[0], 2);
  EXPECT_EQ(read_pool_entry(bytes.data(), 0).divisor, 6);
  EXPECT_EQ(read_pool_entry(bytes.data(), 1).divisor, 0x0109);
  EXPECT_EQ(read_pool_entry(bytes.data(), 1).scale.multiplier, 200);
  EXPECT_EQ(read_pool_entry(bytes.data(), 1).scale.shift, 21);
}

TEST(RecordsTest, TwoFourBitShiftsAreOneByteLowFirst) {
  EXPECT_THAT(pack_channel_shifts({3, 0, 1, 15, 9}, 4), ElementsAre(0x03, 0xf1, 0x09));
  EXPECT_THAT(pack_channel_shifts({5, 2, 7, 1}, 3), ElementsAre(0xd5, 0x03));  // 001 111 010 101
  EXPECT_TRUE(pack_channel_shifts({0, 0}, 0).empty());
}

TEST(RecordsTest, ShiftsOfEveryWidthComeBack) {
  std::mt19937_64 random(5);
  for (int field_bits = 0; field_bits <= 8; ++field_bits) {
    std::vector<std::uint8_t> shifts(101);
    for (auto& shift : shifts) shift = static_cast<std::uint8_t>(random() % (1U << field_bits));
    const auto block = pack_channel_shifts(shifts, field_bits);
    EXPECT_EQ(block.size(), (shifts.size() * static_cast<std::size_t>(field_bits) + 7) / 8);
    for (std::size_t i = 0; i < shifts.size(); ++i) {
      ASSERT_EQ(read_channel_shift(block.data(), field_bits, i), shifts[i]) << field_bits;
    }
  }
}

TEST(RecordsTest, WeightRowsArePackedLowFirstAndBeginWithAByte) {
  std::vector<std::uint8_t> bytes = {0xff};
  append_weight_row(bytes, {1, -2, 3}, 3);  // 011 110 001, then nothing
  append_weight_row(bytes, {-8, 7}, 4);
  append_weight_row(bytes, {-128, 127}, 8);
  EXPECT_THAT(bytes, ElementsAre(0xff, 0xf1, 0x00, 0x78, 0x80, 0x7f));
  EXPECT_EQ(weight_row_bytes(3, 3), 2U);
  EXPECT_EQ(weight_row_bytes(32, 2), 8U);
  EXPECT_EQ(weight_row_bytes(1, 2), 1U);
}

// Against the bits themselves, one by one.
TEST(RecordsTest, WeightsOfEveryWidthComeBack) {
  std::mt19937_64 random(6);
  for (unsigned weight_bits = 1; weight_bits <= 8; ++weight_bits) {
    const int half = 1 << (weight_bits - 1);
    std::vector<std::int8_t> weights(61);
    for (auto& weight : weights) {
      weight =
          static_cast<std::int8_t>(static_cast<int>(random() % (2U << (weight_bits - 1))) - half);
    }
    std::vector<std::uint8_t> row;
    append_weight_row(row, weights, weight_bits);
    ASSERT_EQ(row.size(), weight_row_bytes(weights.size(), weight_bits));
    for (std::size_t i = 0; i < weights.size(); ++i) {
      ASSERT_EQ(read_weight(row.data(), weight_bits, i), weights[i]) << weight_bits;
      int value = 0;
      for (unsigned b = 0; b < weight_bits; ++b) {
        const std::size_t bit = i * weight_bits + b;
        const int place = b + 1 == weight_bits ? -half : 1 << b;  // the sign bit counts negative
        value += place * (row[bit / 8] >> bit % 8 & 1);
      }
      ASSERT_EQ(value, weights[i]) << weight_bits;
    }
  }
}

}  // namespace
}  // namespace npusim::isa
