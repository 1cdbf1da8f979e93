// SPDX-License-Identifier: Apache-2.0
#include "tests/oracle/folds.h"

#include <algorithm>
#include <map>

#include "sim/isa/windows.h"
#include "tests/oracle/accesses.h"
#include "tests/oracle/cycle.h"

namespace npusim::oracle {
namespace {

using config::HardwareConfig;

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

/// A chunk of k of a tile of `pixels`: the feeder fetches pixel by pixel and transposes.
Fold transposed_fold(const Feeder& feeder, Range pixels, Range k) {
  std::int64_t words = 0;
  for (std::int64_t pixel = pixels.begin; pixel < pixels.end; ++pixel) {
    words += feeder.words(pixel, k);
  }
  Fold fold;
  fold.busy_slots = k.end - k.begin;
  fold.slots = std::max(fold.busy_slots, feeder.cycles(words));
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
      words += words_of(feeder.hardware(), feeder.address(row, column), f.columns);
    }
  }
  return words;
}

Fold depthwise_fold(const Feeder& feeder, const isa::Matmul& f, Range taps) {
  const HardwareConfig& hardware = feeder.hardware();
  const std::int64_t side_by_side = isa::column_pixels(f);
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

/// [begin, end) cut into runs of up to `most`, in order.
template <typename Each>
void for_runs(Range all, std::int64_t most, Each each) {
  for (std::int64_t at = all.begin; at < all.end; at += most) {
    each(Range{at, std::min(all.end, at + most)});
  }
}

std::vector<Fold> output_stationary_folds(const Feeder& feeder, const isa::Matmul& f) {
  std::vector<Fold> folds;
  const std::int64_t first = f.first_pixel;
  for_runs({first, first + f.pixels}, feeder.rows(), [&](Range pixels) {
    const std::size_t first_fold = folds.size();
    for_runs({f.k_begin, f.k_end}, feeder.rows(),
             [&](Range k) { folds.push_back(transposed_fold(feeder, pixels, k)); });
    folds[first_fold].first_of_tile = true;
    folds.back().last_of_tile = true;
  });
  return folds;
}

}  // namespace

std::vector<std::int64_t> loads_of(const HardwareConfig& hardware, const isa::Preload& preload) {
  constexpr std::int64_t kBiasAccesses = 4;
  const std::int64_t rows = hardware.mac_array.rows;
  const bool output_stationary = preload.pixels > 0;
  const std::int64_t tiles = output_stationary ? ceil_div(preload.pixels, rows) : 1;
  std::vector<std::int64_t> loads;
  for (std::int64_t tile = 0; tile < tiles; ++tile) {
    for_runs({preload.k_begin, preload.k_end}, rows,
             [&](Range k) { loads.push_back(output_stationary ? k.end - k.begin : rows); });
  }
  if (preload.load_bias) loads.front() = std::max(loads.front(), kBiasAccesses);
  return loads;
}

std::vector<Fold> folds_of(const HardwareConfig& hardware, const isa::Matmul& matmul) {
  const Feeder feeder(hardware, matmul);
  if (matmul.mode == isa::ArrayMode::output_stationary) {
    return output_stationary_folds(feeder, matmul);
  }
  std::vector<Fold> folds;
  for_runs({matmul.k_begin, matmul.k_end}, feeder.rows(), [&](Range k) {
    folds.push_back(matmul.mode == isa::ArrayMode::depthwise ? depthwise_fold(feeder, matmul, k)
                                                             : stationary_fold(feeder, matmul, k));
  });
  return folds;
}

}  // namespace npusim::oracle
