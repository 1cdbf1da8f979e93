// SPDX-License-Identifier: Apache-2.0
#include "sim/faults/error_code.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "sim/base/errors.h"

namespace npusim::faults {
namespace {

using config::Protection;

constexpr std::int64_t kWidths[] = {8, 16, 32, 64, 128};

DataBits drawn_data(std::mt19937_64& random, std::int64_t bits) {
  const DataBits all = DataBits{random()} << 64 | random();
  return bits == 128 ? all : all & ((DataBits{1} << bits) - 1);
}

/// A code with data: all zeros, all ones and drawn ones.
template <typename Body>
void for_each_word(Protection protection, Body&& body) {
  std::mt19937_64 random(7);
  for (const std::int64_t width : kWidths) {
    const ErrorCode code(protection, width);
    const DataBits ones = ~DataBits{0} >> (128 - width);
    for (const DataBits data : {DataBits{0}, ones, drawn_data(random, width)}) {
      SCOPED_TRACE(std::to_string(width) + " bits");
      body(code, data);
    }
  }
}

/// Stored bits in which two words differ.
std::int64_t distance(const ErrorCode& code, const StoredWord& a, const StoredWord& b) {
  std::int64_t bits = 0;
  for (std::int64_t i = 0; i < code.stored_bits(); ++i) {
    const StoredWord one = code.with_flip({}, i);
    bits += ((a.data ^ b.data) & one.data) != 0 || ((a.checks ^ b.checks) & one.checks) != 0;
  }
  return bits;
}

TEST(ErrorCodeTest, HasTheCheckBitsOfItsKind) {
  const std::int64_t secded[] = {5, 6, 7, 8, 9};
  for (std::size_t i = 0; i < std::size(kWidths); ++i) {
    EXPECT_EQ(ErrorCode(Protection::none, kWidths[i]).check_bits(), 0);
    EXPECT_EQ(ErrorCode(Protection::parity, kWidths[i]).check_bits(), 1);
    EXPECT_EQ(ErrorCode(Protection::secded, kWidths[i]).check_bits(), secded[i]);
    EXPECT_EQ(ErrorCode(Protection::secded, kWidths[i]).stored_bits(), kWidths[i] + secded[i]);
  }
  const ErrorCode code(Protection::secded, 64);
  EXPECT_EQ(code.check_bits_of(0), 0);
  EXPECT_EQ(code.check_bits_of(64), 8);
  EXPECT_EQ(code.check_bits_of(65), 16);
}

// By hand: data bits 0..7 have the numbers 3, 5, 6, 7, 9, 10, 11, 12. The Hamming checks are the
// exclusive or of the numbers of the ones (3 ^ 5 ^ 7 = 1), and the last check makes the whole even.
TEST(ErrorCodeTest, ChecksAreThoseOfHamming) {
  const ErrorCode code(Protection::secded, 8);
  EXPECT_EQ(code.encode(0b1011).checks, 0b00001U);
  EXPECT_EQ(code.encode(0b0001).checks, 0b10011U);
  EXPECT_EQ(code.encode(0b1000'0000).checks, 0b11100U);  // number 12 = 8 + 4
  EXPECT_EQ(ErrorCode(Protection::parity, 8).encode(0b1011).checks, 1U);
  EXPECT_EQ(ErrorCode(Protection::none, 8).encode(0b1011).checks, 0U);
}

TEST(ErrorCodeTest, SoundWordsAreClean) {
  for (const Protection kind : {Protection::none, Protection::parity, Protection::secded}) {
    for_each_word(kind, [](const ErrorCode& code, DataBits data) {
      const ReadWord read = code.read(code.encode(data));
      EXPECT_EQ(read.outcome, ReadOutcome::clean);
      EXPECT_TRUE(read.data == data);
    });
  }
}

TEST(ErrorCodeTest, SecdedCorrectsEverySingleFlip) {
  for_each_word(Protection::secded, [](const ErrorCode& code, DataBits data) {
    for (std::int64_t i = 0; i < code.stored_bits(); ++i) {
      const ReadWord read = code.read(code.with_flip(code.encode(data), i));
      EXPECT_EQ(read.outcome, ReadOutcome::corrected) << i;
      EXPECT_TRUE(read.data == data) << i;
    }
  });
}

TEST(ErrorCodeTest, SecdedDetectsEveryDoubleFlip) {
  for_each_word(Protection::secded, [](const ErrorCode& code, DataBits data) {
    for (std::int64_t i = 0; i < code.stored_bits(); ++i) {
      for (std::int64_t j = 0; j < i; ++j) {
        const StoredWord word = code.with_flip(code.with_flip(code.encode(data), i), j);
        const ReadWord read = code.read(word);
        ASSERT_EQ(read.outcome, ReadOutcome::detected) << i << ' ' << j;
        ASSERT_TRUE(read.data == word.data) << i << ' ' << j;
      }
    }
  });
}

TEST(ErrorCodeTest, ParitySeesOddNumbersOfFlipsAndChangesNothing) {
  for_each_word(Protection::parity, [](const ErrorCode& code, DataBits data) {
    for (std::int64_t i = 0; i < code.stored_bits(); ++i) {
      const StoredWord one = code.with_flip(code.encode(data), i);
      ASSERT_EQ(code.read(one).outcome, ReadOutcome::detected) << i;
      ASSERT_TRUE(code.read(one).data == one.data) << i;
      for (std::int64_t j = 0; j < i; ++j) {
        const StoredWord two = code.with_flip(one, j);
        ASSERT_EQ(code.read(two).outcome, ReadOutcome::clean) << i << ' ' << j;
        ASSERT_TRUE(code.read(two).data == two.data) << i << ' ' << j;
      }
    }
  });
}

TEST(ErrorCodeTest, WithoutProtectionNothingIsSeen) {
  const ErrorCode code(Protection::none, 32);
  const StoredWord flipped = code.with_flip(code.encode(5), 1);
  EXPECT_EQ(code.read(flipped).outcome, ReadOutcome::clean);
  EXPECT_TRUE(code.read(flipped).data == 7);
  EXPECT_THROW(code.with_flip({}, 32), base::InternalError);
}

// What any decoder of a code of distance 4 that corrects single flips must say of any word: sound
// where it is a code word, corrected where one lies one bit away, detected otherwise.
TEST(ErrorCodeTest, ManyFlipsBecomeWhatTheNearestCodeWordSays) {
  std::mt19937_64 random(11);
  std::int64_t wrongly_corrected = 0;
  std::int64_t detected = 0;
  for_each_word(Protection::secded, [&](const ErrorCode& code, DataBits data) {
    for (int trial = 0; trial < 300; ++trial) {
      StoredWord word = code.encode(data);
      const std::int64_t flips = 3 + trial % 4;
      for (std::int64_t i = 0; i < flips; ++i) {
        word = code.with_flip(word, static_cast<std::int64_t>(
                                        random() % static_cast<std::uint64_t>(code.stored_bits())));
      }
      std::int64_t neighbours = 0;
      DataBits neighbour = 0;
      for (std::int64_t i = 0; i < code.stored_bits(); ++i) {
        const StoredWord near = code.with_flip(word, i);
        if (!(code.encode(near.data) == near)) continue;
        ++neighbours;
        neighbour = near.data;
      }
      const ReadWord read = code.read(word);
      if (code.encode(word.data) == word) {
        EXPECT_EQ(read.outcome, ReadOutcome::clean);
        EXPECT_TRUE(read.data == word.data);
      } else if (neighbours > 0) {
        ASSERT_EQ(neighbours, 1);
        EXPECT_EQ(read.outcome, ReadOutcome::corrected);
        EXPECT_TRUE(read.data == neighbour);
        wrongly_corrected += distance(code, word, code.encode(data)) >= 3;
      } else {
        EXPECT_EQ(read.outcome, ReadOutcome::detected);
        EXPECT_TRUE(read.data == word.data);
        ++detected;
      }
    }
  });
  EXPECT_GT(wrongly_corrected, 0);
  EXPECT_GT(detected, 0);
}

TEST(ErrorCodeTest, RefusesWordsItHasNoCodeFor) {
  for (const std::int64_t bits : {0, 4, 12, 256}) {
    EXPECT_THROW(ErrorCode(Protection::secded, bits), base::InternalError) << bits;
  }
  const ErrorCode code(Protection::secded, 8);
  EXPECT_THROW(code.encode(256), base::InternalError);
  EXPECT_THROW(code.with_flip({}, 13), base::InternalError);
  EXPECT_THROW(code.with_flip({}, -1), base::InternalError);
}

}  // namespace
}  // namespace npusim::faults
