// SPDX-License-Identifier: Apache-2.0
#include "sim/model/feeder.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

namespace npusim::model {
namespace {

// Section 6 of docs/timing-model.md in its own words: every byte of every row, every line.
class PlainFeeder {
 public:
  PlainFeeder(const config::HardwareConfig& hardware, const isa::Matmul& matmul)
      : h_(hardware), m_(matmul) {}

  std::int64_t slots(std::int64_t k_begin, std::int64_t k_end) const {
    return m_.mode == isa::ArrayMode::depthwise ? depthwise(k_begin, k_end)
                                                : weight_stationary(k_begin, k_end);
  }

 private:
  std::int64_t slots_of(const std::set<std::int64_t>& words) const {
    const std::int64_t word_bytes = h_.activation_scratchpad.bank_word_bytes;
    std::int64_t per_cycle = h_.feeder.bytes_per_cycle / word_bytes;
    if (per_cycle < 1) per_cycle = 1;
    if (per_cycle > h_.activation_scratchpad.banks) per_cycle = h_.activation_scratchpad.banks;
    const auto count = static_cast<std::int64_t>(words.size());
    return count == 0 ? 1 : (count + per_cycle - 1) / per_cycle;
  }
  bool real(std::int64_t y, std::int64_t x) const {
    return y >= 0 && y < m_.in_height && x >= 0 && x < m_.in_width;
  }
  std::int64_t word(std::int64_t y, std::int64_t x, std::int64_t c) const {
    return (m_.in_address + y * m_.row_stride_bytes + x * m_.pixel_stride_bytes + c) /
           h_.activation_scratchpad.bank_word_bytes;
  }

  std::int64_t weight_stationary(std::int64_t k_begin, std::int64_t k_end) const {
    std::int64_t slots = 0;
    for (std::int64_t i = 0; i < m_.pixels; ++i) {
      const std::int64_t oy = (m_.first_pixel + i) / m_.out_width;
      const std::int64_t ox = (m_.first_pixel + i) % m_.out_width;
      std::set<std::int64_t> words;
      for (std::int64_t k = k_begin; k < k_end; ++k) {
        const std::int64_t ky = k / m_.channels / m_.kernel_w;
        const std::int64_t kx = k / m_.channels % m_.kernel_w;
        const std::int64_t y = oy * m_.stride_h - m_.pad_top + ky * m_.dilation_h;
        const std::int64_t x = ox * m_.stride_w - m_.pad_left + kx * m_.dilation_w;
        if (real(y, x)) words.insert(word(y, x, k % m_.channels));
      }
      slots += slots_of(words);
    }
    return slots;
  }

  std::int64_t depthwise(std::int64_t k_begin, std::int64_t k_end) const {
    std::map<std::int64_t, std::vector<std::int64_t>> lines;  // output columns by output row
    for (std::int64_t i = 0; i < m_.pixels; ++i) {
      const std::int64_t pixel = m_.first_pixel + i;
      lines[pixel / m_.out_width].push_back(pixel % m_.out_width);
    }
    const bool buffered = h_.feeder.line_buffer_bytes >=
                          std::int64_t{m_.kernel_h} * m_.in_width * h_.mac_array.columns;
    std::int64_t slots = 0;
    std::set<std::pair<std::int64_t, std::int64_t>> held;
    for (const auto& [oy, columns] : lines) {
      // First and last column of every kernel row of the fold's taps.
      std::map<std::int64_t, std::pair<std::int64_t, std::int64_t>> touched;
      for (std::int64_t tap = k_begin; tap < k_end; ++tap) {
        for (const std::int64_t ox : columns) {
          const std::int64_t x = ox * m_.stride_w - m_.pad_left + tap % m_.kernel_w * m_.dilation_w;
          const auto [at, is_new] = touched.try_emplace(tap / m_.kernel_w, x, x);
          if (!is_new) {
            at->second.first = std::min(at->second.first, x);
            at->second.second = std::max(at->second.second, x);
          }
        }
      }
      std::set<std::pair<std::int64_t, std::int64_t>> need;
      for (const auto& [ky, range] : touched) {
        const std::int64_t y = oy * m_.stride_h - m_.pad_top + ky * m_.dilation_h;
        for (std::int64_t x = range.first; x <= range.second; ++x) {
          if (real(y, x)) need.emplace(y, x);
        }
      }
      std::int64_t fetches = 0;
      for (const auto& [y, x] : need) {
        if (held.count({y, x}) != 0) continue;
        std::set<std::int64_t> words;
        for (std::int64_t c = 0; c < m_.columns; ++c) words.insert(word(y, x, c));
        fetches += slots_of(words);
      }
      slots += std::max(static_cast<std::int64_t>(columns.size()), fetches);
      held.clear();
      if (buffered) held = need;
    }
    return slots;
  }

  const config::HardwareConfig& h_;
  const isa::Matmul& m_;
};

class Drawn {
 public:
  explicit Drawn(std::uint32_t seed) : random_(seed) {
    hardware.mac_array.rows = draw(1, 20);
    hardware.mac_array.columns = draw(1, 20);
    hardware.activation_scratchpad.bank_word_bytes = std::int64_t{1} << draw(0, 5);
    hardware.activation_scratchpad.banks = draw(1, 8);
    hardware.feeder.bytes_per_cycle = draw(1, 64);
    hardware.feeder.line_buffer_bytes = draw(0, 1) == 0 ? draw(0, 300) : 1 << 20;
    isa::Matmul& m = matmul;
    const bool depthwise = draw(0, 1) == 0;
    m.mode = depthwise ? isa::ArrayMode::depthwise : isa::ArrayMode::weight_stationary;
    m.columns = narrow<std::uint16_t>(draw(1, hardware.mac_array.columns));
    m.channels = depthwise ? m.columns : narrow<std::uint32_t>(draw(1, 40));
    m.kernel_h = narrow<std::uint8_t>(draw(1, 4));
    m.kernel_w = narrow<std::uint8_t>(draw(1, 4));
    m.stride_h = narrow<std::uint8_t>(draw(1, 3));
    m.stride_w = narrow<std::uint8_t>(draw(1, 3));
    m.dilation_h = narrow<std::uint8_t>(draw(1, 2));
    m.dilation_w = narrow<std::uint8_t>(draw(1, 2));
    m.pad_top = narrow<std::int8_t>(draw(-1, 5));
    m.pad_left = narrow<std::int8_t>(draw(-1, 5));
    m.in_height = narrow<std::uint16_t>(draw(1, 9));
    m.in_width = narrow<std::uint16_t>(draw(1, 9));
    m.out_width = narrow<std::uint16_t>(draw(1, 9));
    m.first_pixel = narrow<std::uint32_t>(draw(0, 15));
    m.pixels = narrow<std::uint16_t>(draw(1, 30));
    m.in_address = narrow<std::uint32_t>(draw(0, 70));
    // Mostly dense; a group's channels or a wider row sometimes.
    const std::int64_t wide = draw(0, 2) == 0 ? draw(0, 9) : 0;
    m.pixel_stride_bytes = narrow<std::uint32_t>(m.channels + wide);
    m.row_stride_bytes = narrow<std::uint32_t>(m.in_width * std::int64_t{m.pixel_stride_bytes} +
                                               (draw(0, 2) == 0 ? draw(0, 9) : 0));
    if (draw(0, 9) == 0) m.row_stride_bytes = narrow<std::uint32_t>(draw(0, 20));  // rows overlap
    const std::int64_t all = std::int64_t{m.kernel_h} * m.kernel_w * (depthwise ? 1 : m.channels);
    m.k_begin = narrow<std::uint32_t>(draw(0, 3) == 0 ? draw(0, all - 1) : 0);
    m.k_end = narrow<std::uint32_t>(draw(0, 3) == 0 ? draw(m.k_begin + 1, all) : all);
  }

  config::HardwareConfig hardware;
  isa::Matmul matmul;

 private:
  std::int64_t draw(std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(random_);
  }
  template <typename T>
  static T narrow(std::int64_t value) {
    return static_cast<T>(value);
  }
  std::mt19937 random_;
};

TEST(Feeder, EqualsThePlainCountOnDrawnFolds) {
  int with_feeder_stalls = 0;
  int folds = 0;
  for (std::uint32_t seed = 1; seed <= 4000; ++seed) {
    const Drawn drawn(seed);
    const PlainFeeder plain(drawn.hardware, drawn.matmul);
    const std::int64_t rows = drawn.hardware.mac_array.rows;
    for (std::int64_t k = drawn.matmul.k_begin; k < drawn.matmul.k_end; k += rows) {
      const std::int64_t end = std::min<std::int64_t>(k + rows, drawn.matmul.k_end);
      const std::int64_t slots = fold_slots(drawn.hardware, drawn.matmul, k, end);
      ASSERT_EQ(slots, plain.slots(k, end)) << "seed " << seed << ", k " << k;
      ASSERT_GE(slots, drawn.matmul.pixels);
      with_feeder_stalls += slots > drawn.matmul.pixels ? 1 : 0;
      ++folds;
    }
  }
  EXPECT_GT(with_feeder_stalls, folds / 10);
  EXPECT_LT(with_feeder_stalls, folds * 9 / 10);
}

}  // namespace
}  // namespace npusim::model
