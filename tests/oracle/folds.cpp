// SPDX-License-Identifier: Apache-2.0
#include "tests/oracle/folds.h"

#include <algorithm>
#include <map>

#include "tests/oracle/accesses.h"
#include "tests/oracle/cycle.h"

namespace npusim::oracle {
namespace {

using config::HardwareConfig;

/// The machine before it reads "fetches" as the page has it now; false from then on.
constexpr bool kPixelsRoundedAlone = true;

/// Both ends of a range, the second one not part of it.
struct Range {
  std::int64_t begin = 0, end = 0;
};

/// The feeder's view of a Matmul: where its input lies.
class Feeder {
 public:
  Feeder(const HardwareConfig& hardware, const isa::Matmul& f)
      : hardware_(hardware),
        f_(f),
        words_per_cycle_(std::min(
            hardware.activation_scratchpad.banks,
            std::max<std::int64_t>(1, hardware.feeder.bytes_per_cycle /
                                          hardware.activation_scratchpad.bank_word_bytes))) {}

  std::int64_t cycles(std::int64_t words) const { return ceil_div(words, words_per_cycle_); }
  std::int64_t words_per_cycle() const { return words_per_cycle_; }
  std::int64_t rows() const { return hardware_.mac_array.rows; }
  const HardwareConfig& hardware() const { return hardware_; }

  std::int64_t address(std::int64_t row, std::int64_t column) const {
    return std::int64_t{f_.in_address} + row * std::int64_t{f_.row_stride_bytes} +
           column * std::int64_t{f_.pixel_stride_bytes};
  }
  std::int64_t input_row(std::int64_t output_row, std::int64_t ky) const {
    return output_row * f_.stride_h - f_.pad_top + ky * f_.dilation_h;
  }
  std::int64_t input_column(std::int64_t output_column, std::int64_t kx) const {
    return output_column * f_.stride_w - f_.pad_left + kx * f_.dilation_w;
  }
  bool real_row(std::int64_t row) const { return row >= 0 && row < f_.in_height; }
  bool real_column(std::int64_t column) const { return column >= 0 && column < f_.in_width; }

  /// Distinct words that hold output pixel `pixel`'s real bytes of the reduction indices `k`.
  std::int64_t words(std::int64_t pixel, Range k) const;

 private:
  const HardwareConfig& hardware_;
  const isa::Matmul& f_;
  std::int64_t words_per_cycle_;
};

std::int64_t Feeder::words(std::int64_t pixel, Range k) const {
  const std::int64_t word = hardware_.activation_scratchpad.bank_word_bytes;
  const std::int64_t channels = f_.channels;
  std::int64_t words = 0;
  std::int64_t counted_to = -1;  // the largest word so far: addresses ascend with k
  for (std::int64_t at = k.begin; at < k.end;) {
    const std::int64_t position = at / channels;
    const std::int64_t channel = at % channels;
    const std::int64_t count = std::min(channels - channel, k.end - at);
    at += count;
    const std::int64_t row = input_row(pixel / f_.out_width, position / f_.kernel_w);
    const std::int64_t column = input_column(pixel % f_.out_width, position % f_.kernel_w);
    if (!real_row(row) || !real_column(column)) continue;
    const std::int64_t first_byte = address(row, column) + channel;
    const std::int64_t first = std::max(first_byte / word, counted_to + 1);
    const std::int64_t last = (first_byte + count - 1) / word;
    if (last < first) continue;
    words += last - first + 1;
    counted_to = last;
  }
  return words;
}

Fold stationary_fold(const Feeder& feeder, const isa::Matmul& f, Range k) {
  Fold fold;
  for (std::int64_t i = 0; i < f.pixels; ++i) {
    fold.slots += std::max<std::int64_t>(1, feeder.cycles(feeder.words(f.first_pixel + i, k)));
    ++fold.busy_slots;
  }
  return fold;
}

/// By input row, the input columns of a line.
using Needed = std::map<std::int64_t, Range>;

Needed needed_by(const Feeder& feeder, const isa::Matmul& f, Range taps, std::int64_t output_row,
                 Range output_columns) {
  Needed needed;
  for (std::int64_t ky = taps.begin / f.kernel_w; ky * f.kernel_w < taps.end; ++ky) {
    const std::int64_t row = feeder.input_row(output_row, ky);
    if (!feeder.real_row(row)) continue;
    const std::int64_t first_kx = std::max<std::int64_t>(0, taps.begin - ky * f.kernel_w);
    const std::int64_t last_kx =
        std::min<std::int64_t>(f.kernel_w - 1, taps.end - 1 - ky * f.kernel_w);
    const std::int64_t begin =
        std::max<std::int64_t>(0, feeder.input_column(output_columns.begin, first_kx));
    const std::int64_t end = std::min<std::int64_t>(
        f.in_width, feeder.input_column(output_columns.end - 1, last_kx) + 1);
    if (begin < end) needed[row] = {begin, end};
  }
  return needed;
}

std::int64_t words_to_fetch(const Feeder& feeder, const isa::Matmul& f, const Needed& needed,
                            const Needed& held) {
  std::int64_t words = 0;
  for (const auto& [row, columns] : needed) {
    const auto at = held.find(row);
    const Range have = at == held.end() ? Range{} : at->second;
    for (std::int64_t column = columns.begin; column < columns.end; ++column) {
      if (column >= have.begin && column < have.end) continue;
      const std::int64_t pixel =
          words_of(feeder.hardware(), feeder.address(row, column), f.columns);
      words += kPixelsRoundedAlone ? feeder.words_per_cycle() * feeder.cycles(pixel) : pixel;
    }
  }
  return words;
}

Fold depthwise_fold(const Feeder& feeder, const isa::Matmul& f, Range taps) {
  const HardwareConfig& hardware = feeder.hardware();
  const std::int64_t side_by_side = 1;
  const bool buffered = hardware.feeder.line_buffer_bytes >=
                        std::int64_t{f.kernel_h} * f.in_width * hardware.mac_array.columns;
  Fold fold;
  Needed held;
  const std::int64_t end = std::int64_t{f.first_pixel} + f.pixels;
  for (std::int64_t pixel = f.first_pixel; pixel < end;) {
    const std::int64_t row = pixel / f.out_width;
    const std::int64_t n = std::min(end, (row + 1) * f.out_width) - pixel;
    const std::int64_t column = pixel % f.out_width;
    pixel += n;
    Needed needed = needed_by(feeder, f, taps, row, {column, column + n});
    const std::int64_t groups = ceil_div(n, side_by_side);
    fold.slots += std::max(groups, feeder.cycles(words_to_fetch(feeder, f, needed, held)));
    fold.busy_slots += groups;
    if (buffered) held = std::move(needed);
  }
  return fold;
}

}  // namespace

std::vector<std::int64_t> loads_of(const HardwareConfig& hardware, const isa::Preload& preload) {
  constexpr std::int64_t kBiasAccesses = 4;
  const std::int64_t rows = hardware.mac_array.rows;
  std::vector<std::int64_t> loads(
      static_cast<std::size_t>(ceil_div(preload.k_end - preload.k_begin, rows)), rows);
  if (preload.load_bias) loads.front() = std::max(rows, kBiasAccesses);
  return loads;
}

std::vector<Fold> folds_of(const HardwareConfig& hardware, const isa::Matmul& matmul) {
  const Feeder feeder(hardware, matmul);
  std::vector<Fold> folds;
  for (std::int64_t k = matmul.k_begin; k < matmul.k_end; k += feeder.rows()) {
    const Range range{k, std::min<std::int64_t>(matmul.k_end, k + feeder.rows())};
    folds.push_back(matmul.mode == isa::ArrayMode::depthwise
                        ? depthwise_fold(feeder, matmul, range)
                        : stationary_fold(feeder, matmul, range));
  }
  return folds;
}

}  // namespace npusim::oracle
