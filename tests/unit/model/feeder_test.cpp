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

  std::int64_t slots(const isa::Fold& fold) const {
    if (m_.mode == isa::ArrayMode::depthwise) return depthwise(fold.k_begin, fold.k_end);
    std::int64_t slots = 0;
    std::int64_t words = 0;
    for (std::int64_t i = fold.first; i < fold.first + fold.pixels; ++i) {
      const std::int64_t own = words_of_pixel(i, fold.k_begin, fold.k_end);
      slots += slots_of(own);
      words += own;
    }
    if (m_.mode == isa::ArrayMode::weight_stationary) return slots;
    return std::max(fold.k_end - fold.k_begin, words == 0 ? 0 : slots_of(words));
  }

 private:
  std::int64_t slots_of(std::int64_t count) const {
    const std::int64_t word_bytes = h_.activation_scratchpad.bank_word_bytes;
    std::int64_t per_cycle = h_.feeder.bytes_per_cycle / word_bytes;
    if (per_cycle < 1) per_cycle = 1;
    if (per_cycle > h_.activation_scratchpad.banks) per_cycle = h_.activation_scratchpad.banks;
    return count == 0 ? 1 : (count + per_cycle - 1) / per_cycle;
  }
  bool real(std::int64_t y, std::int64_t x) const {
    return y >= 0 && y < m_.in_height && x >= 0 && x < m_.in_width;
  }
  std::int64_t word(std::int64_t y, std::int64_t x, std::int64_t c) const {
    return (m_.in_address + y * m_.row_stride_bytes + x * m_.pixel_stride_bytes + c) /
           h_.activation_scratchpad.bank_word_bytes;
  }

  std::int64_t words_of_pixel(std::int64_t i, std::int64_t k_begin, std::int64_t k_end) const {
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
    return static_cast<std::int64_t>(words.size());
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
      std::int64_t count = 0;
      for (const auto& [y, x] : need) {
        if (held.count({y, x}) != 0) continue;
        std::set<std::int64_t> words;
        for (std::int64_t c = 0; c < m_.columns; ++c) words.insert(word(y, x, c));
        count += static_cast<std::int64_t>(words.size());
      }
      const std::size_t side_by_side = std::max<std::size_t>(1, m_.column_pixels);
      const std::size_t groups = (columns.size() + side_by_side - 1) / side_by_side;
      slots += std::max(static_cast<std::int64_t>(groups), count == 0 ? 0 : slots_of(count));
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
    m.mode = static_cast<isa::ArrayMode>(draw(0, 2));
    const bool depthwise = m.mode == isa::ArrayMode::depthwise;
    const bool whole = m.mode == isa::ArrayMode::output_stationary;
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
    m.k_begin = narrow<std::uint32_t>(!whole && draw(0, 3) == 0 ? draw(0, all - 1) : 0);
    m.k_end = narrow<std::uint32_t>(!whole && draw(0, 3) == 0 ? draw(m.k_begin + 1, all) : all);
    if (depthwise && draw(0, 1) == 0) m.column_pixels = narrow<std::uint8_t>(draw(2, 5));
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
  std::map<isa::ArrayMode, int> with_feeder_stalls;
  std::map<isa::ArrayMode, int> folds;
  for (std::uint32_t seed = 1; seed <= 4000; ++seed) {
    const Drawn drawn(seed);
    const PlainFeeder plain(drawn.hardware, drawn.matmul);
    const std::int64_t rows = drawn.hardware.mac_array.rows;
    const isa::Matmul& m = drawn.matmul;
    FoldSlots remembered(drawn.hardware);
    isa::Matmul elsewhere = m;
    elsewhere.in_address +=
        static_cast<std::uint32_t>(3 * drawn.hardware.activation_scratchpad.bank_word_bytes);
    isa::Matmul beside = m;
    beside.in_address += 1;
    std::int64_t count = 0;
    for (isa::Fold fold = isa::first_fold(m, rows);; fold = isa::next_fold(m, rows, fold)) {
      const std::int64_t slots = fold_slots(drawn.hardware, m, fold);
      const std::int64_t busy = isa::busy_cycles(m, fold);
      ASSERT_EQ(slots, plain.slots(fold)) << "seed " << seed << ", k " << fold.k_begin;
      ASSERT_GE(slots, busy);
      const isa::Matmul* const others[] = {&m, &beside, &elsewhere, &m};
      for (const isa::Matmul* same : others) {
        ASSERT_EQ(remembered(*same, fold), fold_slots(drawn.hardware, *same, fold))
            << "seed " << seed << ", k " << fold.k_begin;
      }
      with_feeder_stalls[m.mode] += slots > busy ? 1 : 0;
      ++folds[m.mode];
      ++count;
      if (isa::is_last(m, fold)) break;
    }
    ASSERT_EQ(count, isa::fold_count(m, rows));
  }
  for (const auto& [mode, all] : folds) {
    EXPECT_GT(with_feeder_stalls[mode], 500);
    EXPECT_LT(with_feeder_stalls[mode], all * 9 / 10);
  }
}

}  // namespace
}  // namespace npusim::model
