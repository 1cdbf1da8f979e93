// SPDX-License-Identifier: Apache-2.0
#include "sim/stats/accesses.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include "sim/isa/windows.h"

namespace npusim::stats {
namespace {

using config::HardwareConfig;

class Random {
 public:
  explicit Random(std::uint32_t seed) : random_(seed) {}
  template <typename T = std::int64_t>
  T draw(std::int64_t low, std::int64_t high) {
    return static_cast<T>(std::uniform_int_distribution<std::int64_t>(low, high)(random_));
  }

 private:
  std::mt19937 random_;
};

HardwareConfig drawn_hardware(Random& random) {
  HardwareConfig h;
  h.activation_scratchpad.bank_word_bytes = std::int64_t{1} << random.draw(0, 5);
  h.activation_scratchpad.banks = random.draw(1, 4);
  h.mac_array.columns = random.draw(1, 40);
  h.requantization.lanes = random.draw(1, 20);
  h.vector_unit.lanes = random.draw(1, 20);
  h.activation_scratchpad.protection = random.draw<config::Protection>(0, 2);
  h.activation_scratchpad.protected_word_bits =
      std::min(std::int64_t{8} << random.draw(0, 4), 8 * h.activation_scratchpad.bank_word_bytes);
  h.weight_scratchpad.protection = random.draw<config::Protection>(0, 2);
  return h;
}

// The words byte by byte.
std::int64_t plain_accesses(const HardwareConfig& h, std::int64_t address, std::int64_t bytes) {
  std::set<std::int64_t> words;
  for (std::int64_t a = address; a < address + bytes; ++a) {
    words.insert(a / h.activation_scratchpad.bank_word_bytes);
  }
  const auto banks = h.activation_scratchpad.banks;
  return (static_cast<std::int64_t>(words.size()) + banks - 1) / banks;
}

// And with the protected words of which some bytes are not written: read before.
std::int64_t plain_writes(const HardwareConfig& h, std::int64_t address, std::int64_t bytes) {
  const std::int64_t accesses = plain_accesses(h, address, bytes);
  if (h.activation_scratchpad.protection == config::Protection::none) return accesses;
  const std::int64_t word = h.activation_scratchpad.protected_word_bits / 8;
  std::map<std::int64_t, std::int64_t> written;
  for (std::int64_t a = address; a < address + bytes; ++a) ++written[a / word];
  std::int64_t partly = 0;
  for (const auto& [at, count] : written) partly += count < word;
  return accesses + std::min(accesses, partly);
}

template <typename Accesses>
std::int64_t plain_pixel(const HardwareConfig& h, std::int64_t address, std::int64_t channels,
                         const Accesses& accesses) {
  std::int64_t sum = 0;
  for (std::int64_t c = 0; c < channels; c += h.vector_unit.lanes) {
    sum += accesses(h, address + c, std::min(h.vector_unit.lanes, channels - c));
  }
  return sum;
}

std::int64_t plain_pixel(const HardwareConfig& h, std::int64_t address, std::int64_t channels) {
  return plain_pixel(h, address, channels, plain_accesses);
}

std::int64_t plain_result(const HardwareConfig& h, std::int64_t address, std::int64_t channels) {
  return plain_pixel(h, address, channels, plain_writes);
}

std::int64_t decode_of(config::Protection protection) {
  return protection == config::Protection::secded ? 1 : 0;
}

TEST(Accesses, WordsOfARange) {
  EXPECT_EQ(words_touched(0, 16, 16), 1);
  EXPECT_EQ(words_touched(15, 2, 16), 2);
  EXPECT_EQ(words_touched(16, 1, 16), 1);
  EXPECT_EQ(words_touched(1, 32, 16), 3);
}

TEST(Accesses, WritesReadWhatTheyCoverInPart) {
  EXPECT_EQ(partial_words(0, 8, 8), 0);
  EXPECT_EQ(partial_words(0, 7, 8), 1);
  EXPECT_EQ(partial_words(1, 7, 8), 1);
  EXPECT_EQ(partial_words(1, 2, 8), 1);  // both ends in one word
  EXPECT_EQ(partial_words(1, 8, 8), 2);
  EXPECT_EQ(partial_words(1, 8, 1), 0);  // no word is protected
  EXPECT_EQ(write_accesses(1, 2), 2);    // one access for both
  EXPECT_EQ(write_accesses(3, 2), 5);
}

TEST(Accesses, RangesEqualThePlainCount) {
  Random random(1);
  for (int i = 0; i < 2000; ++i) {
    const HardwareConfig h = drawn_hardware(random);
    const std::int64_t address = random.draw(0, 200);
    const std::int64_t bytes = random.draw(1, 200);
    ASSERT_EQ(activation_accesses(h, address, bytes), plain_accesses(h, address, bytes));
    ASSERT_EQ(activation_write_accesses(h, address, bytes), plain_writes(h, address, bytes));
  }
  HardwareConfig h;
  h.mac_array.columns = 32;
  EXPECT_EQ(weight_accesses(h, 0), 0);
  EXPECT_EQ(weight_accesses(h, 32), 1);
  EXPECT_EQ(weight_accesses(h, 33), 2);
}

TEST(Accesses, RequantizationEqualsThePlainCount) {
  Random random(2);
  for (int i = 0; i < 2000; ++i) {
    const HardwareConfig h = drawn_hardware(random);
    isa::Requantize r;
    r.columns = random.draw<std::uint16_t>(1, 60);
    r.pixels = random.draw<std::uint16_t>(1, 20);
    r.out_address = random.draw<std::uint32_t>(0, 40);
    r.out_pixel_stride_bytes = random.draw<std::uint32_t>(r.columns, 80);
    r.per_channel = random.draw(0, 1) == 1;
    r.field_bits = random.draw<std::uint8_t>(0, 4);
    r.channel_clamps = random.draw(0, 1) == 1;
    std::int64_t rows = 0;
    for (std::int64_t p = 0; p < r.pixels; ++p) {
      const std::int64_t lanes = (r.columns + h.requantization.lanes - 1) / h.requantization.lanes;
      rows +=
          std::max(lanes, plain_writes(h, r.out_address + p * r.out_pixel_stride_bytes, r.columns));
    }
    const std::int64_t bytes = (r.per_channel ? 5 * r.columns : 5) +
                               (r.columns * r.field_bits + 7) / 8 +
                               (r.channel_clamps ? 2 * r.columns : 0);
    const StreamAccesses accesses = stream_accesses(h, r);
    ASSERT_EQ(accesses.activations, rows);
    ASSERT_EQ(accesses.decode, decode_of(h.weight_scratchpad.protection));
    ASSERT_EQ(accesses.parameters, (bytes + h.mac_array.columns - 1) / h.mac_array.columns);
  }
}

TEST(Accesses, PoolingEqualsThePlainCount) {
  Random random(3);
  for (int i = 0; i < 1000; ++i) {
    const HardwareConfig h = drawn_hardware(random);
    isa::Pool p;
    p.operation = random.draw(0, 1) == 0 ? isa::PoolOperation::max : isa::PoolOperation::average;
    p.count_include_pad = random.draw(0, 1) == 0;
    p.in_height = random.draw<std::uint16_t>(2, 9);
    p.in_width = random.draw<std::uint16_t>(2, 9);
    p.channels = random.draw<std::uint32_t>(1, 50);
    p.pixel_stride_bytes = random.draw<std::uint32_t>(p.channels, 60);
    p.row_stride_bytes = p.in_width * p.pixel_stride_bytes;
    p.kernel_h = p.kernel_w = random.draw<std::uint16_t>(2, 3);
    p.pad_top = p.pad_left = random.draw<std::int8_t>(0, 1);
    p.in_address = random.draw<std::uint32_t>(0, 30);
    p.out_address = random.draw<std::uint32_t>(0, 30);
    p.out_pixel_stride_bytes = p.channels;
    p.out_width = random.draw<std::uint16_t>(1, p.in_width - 1);
    p.pixels = random.draw<std::uint16_t>(1, p.out_width);
    std::int64_t sum = 0;
    std::set<std::int64_t> divisors;
    for (std::int64_t i_pixel = 0; i_pixel < p.pixels; ++i_pixel) {
      std::int64_t cells = 0;
      for (std::int64_t y = -p.pad_top; y < p.kernel_h - p.pad_top; ++y) {
        for (std::int64_t kx = 0; kx < p.kernel_w; ++kx) {
          const std::int64_t x = i_pixel - p.pad_left + kx;
          if (y < 0 || y >= p.in_height || x < 0 || x >= p.in_width) continue;
          ++cells;
          sum += plain_pixel(h, p.in_address + y * p.row_stride_bytes + x * p.pixel_stride_bytes,
                             p.channels);
        }
      }
      divisors.insert(cells);
      sum += plain_result(h, p.out_address + i_pixel * p.out_pixel_stride_bytes, p.channels);
    }
    const auto entries =
        p.count_include_pad ? std::int64_t{1} : static_cast<std::int64_t>(divisors.size());
    const std::int64_t record = p.operation == isa::PoolOperation::max ? 0 : 1 + 7 * entries;
    const StreamAccesses accesses = stream_accesses(h, p);
    ASSERT_EQ(accesses.activations, sum);
    ASSERT_EQ(accesses.decode, record == 0 ? 0 : decode_of(h.weight_scratchpad.protection));
    ASSERT_EQ(accesses.parameters, (record + h.mac_array.columns - 1) / h.mac_array.columns);
  }
}

TEST(Accesses, ElementwiseEqualsThePlainCount) {
  using Operation = isa::ElementwiseOperation;
  Random random(4);
  for (int i = 0; i < 1000; ++i) {
    const HardwareConfig h = drawn_hardware(random);
    isa::Elementwise e;
    e.operation = random.draw<Operation>(0, 3);
    e.broadcast_b = random.draw(0, 1) == 0;
    e.pixels = random.draw<std::uint32_t>(1, 9);
    e.channels = random.draw<std::uint32_t>(1, 50);
    e.a_address = random.draw<std::uint32_t>(0, 30);
    e.b_address = random.draw<std::uint32_t>(0, 30);
    e.out_address = random.draw<std::uint32_t>(0, 30);
    e.a_pixel_stride_bytes = random.draw<std::uint32_t>(e.channels, 60);
    e.b_pixel_stride_bytes = random.draw<std::uint32_t>(e.channels, 60);
    e.out_pixel_stride_bytes = random.draw<std::uint32_t>(e.channels, 60);
    const bool two = e.operation == Operation::add || e.operation == Operation::mul;
    std::int64_t sum = 0;
    for (std::int64_t p = 0; p < e.pixels; ++p) {
      sum += plain_pixel(h, e.a_address + p * e.a_pixel_stride_bytes, e.channels);
      sum += plain_result(h, e.out_address + p * e.out_pixel_stride_bytes, e.channels);
      if (two && (p == 0 || !e.broadcast_b)) {
        sum += plain_pixel(h, e.b_address + p * e.b_pixel_stride_bytes, e.channels);
      }
    }
    const std::int64_t record = e.operation == Operation::add      ? 9
                                : e.operation == Operation::lookup ? 256
                                                                   : 5;
    const StreamAccesses accesses = stream_accesses(h, e);
    ASSERT_EQ(accesses.activations, sum);
    ASSERT_EQ(accesses.parameters, (record + h.mac_array.columns - 1) / h.mac_array.columns);
  }
}

}  // namespace
}  // namespace npusim::stats
