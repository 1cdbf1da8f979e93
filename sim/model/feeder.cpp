// SPDX-License-Identifier: Apache-2.0
#include "sim/model/feeder.h"

#include <algorithm>
#include <vector>

#include "sim/base/math.h"
#include "sim/stats/accesses.h"

namespace npusim::model {
namespace {

using base::ceil_div;

// Output pixels of one output row that belong to the instruction.
struct Line {
  std::int64_t oy;
  std::int64_t ox_begin;
  std::int64_t ox_end;
  std::int64_t pixels() const { return ox_end - ox_begin; }
};

// Lines of the output pixels [first, first + pixels) of the instruction.
template <typename Body>
void for_each_line(const isa::Matmul& m, std::int64_t first, std::int64_t pixels, Body&& body) {
  const std::int64_t end = m.first_pixel + first + pixels;
  for (std::int64_t pixel = m.first_pixel + first; pixel < end;) {
    const std::int64_t oy = pixel / m.out_width;
    const std::int64_t ox = pixel - oy * m.out_width;
    const std::int64_t next = std::min<std::int64_t>((oy + 1) * m.out_width, end);
    body(Line{oy, ox, ox + next - pixel});
    pixel = next;
  }
}

// What the instruction and the memory say, in wide numbers.
class Geometry {
 public:
  Geometry(const config::HardwareConfig& hardware, const isa::Matmul& matmul)
      : m(matmul),
        word_bytes(hardware.activation_scratchpad.bank_word_bytes),
        words_per_cycle(
            std::min(hardware.activation_scratchpad.banks,
                     std::max<std::int64_t>(1, hardware.feeder.bytes_per_cycle / word_bytes))),
        pixel_stride(matmul.pixel_stride_bytes),
        row_stride(matmul.row_stride_bytes) {}

  std::int64_t row(std::int64_t oy) const { return oy * m.stride_h - m.pad_top; }
  std::int64_t column(std::int64_t ox) const { return ox * m.stride_w - m.pad_left; }
  std::int64_t address(std::int64_t y, std::int64_t x) const {
    return m.in_address + y * row_stride + x * pixel_stride;
  }
  std::int64_t slots(std::int64_t words) const {
    return std::max<std::int64_t>(1, ceil_div(words, words_per_cycle));
  }

  const isa::Matmul& m;
  const std::int64_t word_bytes;
  const std::int64_t words_per_cycle;
  const std::int64_t pixel_stride;
  const std::int64_t row_stride;
};

// What an output pixel's input row costs: slots of its own (weight stationary), or words, which
// share slots with those of the tile's other pixels (output stationary).
enum class RowCost { slots, words };

// No input row of k_begin..k_end touches more words than this: those of its kernel positions, the
// first and the last of which may be cut.
std::int64_t most_words(const Geometry& g, std::int64_t k_begin, std::int64_t k_end) {
  const auto most = [&](std::int64_t bytes) {
    return (bytes + g.word_bytes - 2) / g.word_bytes + 1;
  };
  const std::int64_t channels = g.m.channels;
  const std::int64_t first = k_begin / channels;
  const std::int64_t last = (k_end - 1) / channels;
  if (first == last) return most(k_end - k_begin);
  return most((first + 1) * channels - k_begin) + (last - first - 1) * most(channels) +
         most(k_end - last * channels);
}

// The words that the input rows of one fold touch.
class RowWords {
 public:
  RowWords(const Geometry& geometry, std::int64_t k_begin, std::int64_t k_end, RowCost cost)
      : g_(geometry), cost_(cost) {
    const std::int64_t channels = g_.m.channels;
    for (std::int64_t k = k_begin; k < k_end;) {
      const std::int64_t position = k / channels;
      const std::int64_t c = k - position * channels;
      const std::int64_t bytes = std::min(channels - c, k_end - k);
      const std::int64_t dy = (position / g_.m.kernel_w) * g_.m.dilation_h;
      const std::int64_t dx = (position % g_.m.kernel_w) * g_.m.dilation_w;
      pieces_.push_back({dy, dx, dy * g_.row_stride + dx * g_.pixel_stride + c, bytes});
      least_dx_ = pieces_.size() == 1 ? dx : std::min(least_dx_, dx);
      largest_dx_ = std::max(largest_dx_, dx);
      k += bytes;
    }
  }

  /// Slots, or words, of all pixels of the line.
  std::int64_t line_cost(const Line& line) {
    const std::int64_t y = g_.row(line.oy);
    select_rows(y);
    if (real_.empty()) return line.pixels() * cost(0);
    // Inside, no position of the fold is left or right of the region.
    const std::int64_t left =
        ceil_div(std::max<std::int64_t>(0, g_.m.pad_left - least_dx_), std::int64_t{g_.m.stride_w});
    const std::int64_t last_column = g_.m.in_width - 1 - largest_dx_ + g_.m.pad_left;
    const std::int64_t right = last_column < 0 ? 0 : last_column / g_.m.stride_w + 1;
    const std::int64_t begin = std::clamp(left, line.ox_begin, line.ox_end);
    const std::int64_t end = std::clamp(right, begin, line.ox_end);
    std::int64_t sum = inside_cost(y, begin, end);
    for (std::int64_t ox = line.ox_begin; ox < begin; ++ox) sum += border_cost(y, ox);
    for (std::int64_t ox = end; ox < line.ox_end; ++ox) sum += border_cost(y, ox);
    return sum;
  }

 private:
  // The fold's channels of one kernel position, relative to the window's corner.
  struct Piece {
    std::int64_t dy;
    std::int64_t dx;
    std::int64_t offset;
    std::int64_t bytes;
  };
  struct WordRange {
    std::int64_t first;
    std::int64_t last;
  };

  // Keeps the pieces whose input row is real; what was counted for another choice is void.
  void select_rows(std::int64_t y) {
    const auto is_real = [&](const Piece& p) { return y + p.dy >= 0 && y + p.dy < g_.m.in_height; };
    std::size_t count = 0;
    std::int64_t first = -1;
    for (std::size_t i = 0; i < pieces_.size(); ++i) {
      if (!is_real(pieces_[i])) continue;
      if (first < 0) first = static_cast<std::int64_t>(i);
      ++count;
    }
    // dy grows along the pieces, so the real ones are neighbours.
    if (first == first_real_ && count == real_.size()) return;
    first_real_ = first;
    real_.clear();
    for (const Piece& p : pieces_) {
      if (is_real(p)) real_.push_back(p);
    }
    cost_by_residue_.assign(static_cast<std::size_t>(g_.word_bytes), 0);
  }

  std::int64_t cost(std::int64_t words) const {
    return cost_ == RowCost::slots ? g_.slots(words) : words;
  }

  std::int64_t inside_cost(std::int64_t y, std::int64_t ox_begin, std::int64_t ox_end) {
    if (ox_begin == ox_end) return 0;
    std::int64_t address = g_.address(y, g_.column(ox_begin));
    const std::int64_t step = g_.m.stride_w * g_.pixel_stride;
    if (step % g_.word_bytes == 0) return (ox_end - ox_begin) * cost_at(address);
    std::int64_t sum = 0;
    for (std::int64_t ox = ox_begin; ox < ox_end; ++ox, address += step) sum += cost_at(address);
    return sum;
  }

  // Cost of a row whose window has its corner at `address`, all columns real.
  std::int64_t cost_at(std::int64_t address) {
    std::int64_t& known = cost_by_residue_[static_cast<std::size_t>(address & (g_.word_bytes - 1))];
    if (known == 0) {
      ranges_.clear();
      for (const Piece& p : real_) add_range(address + p.offset, p.bytes);
      known = cost(distinct_words());
    }
    return known;
  }

  std::int64_t border_cost(std::int64_t y, std::int64_t ox) {
    const std::int64_t x = g_.column(ox);
    ranges_.clear();
    for (const Piece& p : real_) {
      if (x + p.dx >= 0 && x + p.dx < g_.m.in_width)
        add_range(g_.address(y, x) + p.offset, p.bytes);
    }
    return cost(distinct_words());
  }

  void add_range(std::int64_t address, std::int64_t bytes) {
    // A corner may lie before address 0: what counts is relative, so shift by whole words.
    const std::int64_t at = address + kBias * g_.word_bytes;
    ranges_.push_back({at / g_.word_bytes, (at + bytes - 1) / g_.word_bytes});
  }

  std::int64_t distinct_words() {
    const auto before = [](const WordRange& a, const WordRange& b) { return a.first < b.first; };
    if (!std::is_sorted(ranges_.begin(), ranges_.end(), before)) {
      std::sort(ranges_.begin(), ranges_.end(), before);
    }
    std::int64_t words = 0;
    std::int64_t next = 0;  // words below it are counted
    for (const WordRange& r : ranges_) {
      const std::int64_t first = std::max(r.first, next);
      words += std::max<std::int64_t>(0, r.last + 1 - first);
      next = std::max(next, r.last + 1);
    }
    return words;
  }

  static constexpr std::int64_t kBias = std::int64_t{1} << 40;

  const Geometry& g_;
  const RowCost cost_;
  std::vector<Piece> pieces_;
  std::int64_t least_dx_ = 0;
  std::int64_t largest_dx_ = 0;
  std::vector<Piece> real_;  // of the line at hand
  std::int64_t first_real_ = -2;
  std::vector<std::int64_t> cost_by_residue_;  // 0: not counted yet
  std::vector<WordRange> ranges_;
};

// The input rows that the line buffers hold or a line needs: one range of columns each.
struct InputRow {
  std::int64_t y;
  std::int64_t begin;
  std::int64_t end;
};

class DepthwiseFold {
 public:
  DepthwiseFold(const config::HardwareConfig& hardware, const Geometry& geometry,
                std::int64_t k_begin, std::int64_t k_end)
      : g_(geometry), k_begin_(k_begin), k_end_(k_end) {
    const isa::Matmul& m = g_.m;
    buffered_ = hardware.feeder.line_buffer_bytes >=
                std::int64_t{m.kernel_h} * m.in_width * hardware.mac_array.columns;
  }

  std::int64_t line_slots(const Line& line) {
    need_.clear();
    const std::int64_t kernel_w = g_.m.kernel_w;
    for (std::int64_t ky = k_begin_ / kernel_w; ky * kernel_w < k_end_; ++ky) {
      const std::int64_t y = g_.row(line.oy) + ky * g_.m.dilation_h;
      if (y < 0 || y >= g_.m.in_height) continue;
      const std::int64_t first_kx = std::max<std::int64_t>(0, k_begin_ - ky * kernel_w);
      const std::int64_t last_kx = std::min(kernel_w, k_end_ - ky * kernel_w) - 1;
      const std::int64_t begin = g_.column(line.ox_begin) + first_kx * g_.m.dilation_w;
      const std::int64_t end = g_.column(line.ox_end - 1) + last_kx * g_.m.dilation_w + 1;
      const InputRow row{y, std::max<std::int64_t>(begin, 0),
                         std::min<std::int64_t>(end, g_.m.in_width)};
      if (row.begin < row.end) need_.push_back(row);
    }
    std::int64_t words = 0;
    for (const InputRow& row : need_) words += missing_words(row);
    held_.clear();
    if (buffered_) held_.swap(need_);
    return std::max(ceil_div(line.pixels(), isa::column_pixels(g_.m)),
                    ceil_div(words, g_.words_per_cycle));
  }

 private:
  std::int64_t missing_words(const InputRow& row) const {
    for (const InputRow& held : held_) {
      if (held.y != row.y) continue;
      return pixel_words(row.y, row.begin, std::min(row.end, held.begin)) +
             pixel_words(row.y, std::max(row.begin, held.end), row.end);
    }
    return pixel_words(row.y, row.begin, row.end);
  }

  // Words of the input pixels [begin, end) of a row.
  std::int64_t pixel_words(std::int64_t y, std::int64_t begin, std::int64_t end) const {
    if (begin >= end) return 0;
    const auto words = [&](std::int64_t x) {
      return stats::words_touched(g_.address(y, x), g_.m.columns, g_.word_bytes);
    };
    if (g_.pixel_stride % g_.word_bytes == 0) return (end - begin) * words(begin);
    std::int64_t sum = 0;
    for (std::int64_t x = begin; x < end; ++x) sum += words(x);
    return sum;
  }

  const Geometry& g_;
  const std::int64_t k_begin_;
  const std::int64_t k_end_;
  bool buffered_ = false;
  std::vector<InputRow> need_;
  std::vector<InputRow> held_;
};

}  // namespace

std::int64_t fold_slots(const config::HardwareConfig& hardware, const isa::Matmul& matmul,
                        const isa::Fold& fold) {
  const Geometry geometry(hardware, matmul);
  std::int64_t sum = 0;
  if (matmul.mode == isa::ArrayMode::depthwise) {
    DepthwiseFold lines(hardware, geometry, fold.k_begin, fold.k_end);
    for_each_line(matmul, fold.first, fold.pixels,
                  [&](const Line& line) { sum += lines.line_slots(line); });
    return sum;
  }
  const bool transposed = matmul.mode == isa::ArrayMode::output_stationary;
  const std::int64_t busy = isa::busy_cycles(matmul, fold);
  const std::int64_t most = most_words(geometry, fold.k_begin, fold.k_end);
  if (most * fold.pixels <= busy * geometry.words_per_cycle) return busy;
  RowWords words(geometry, fold.k_begin, fold.k_end, transposed ? RowCost::words : RowCost::slots);
  for_each_line(matmul, fold.first, fold.pixels,
                [&](const Line& line) { sum += words.line_cost(line); });
  return transposed ? std::max(busy, ceil_div(sum, geometry.words_per_cycle)) : sum;
}

FoldSlots::FoldSlots(const config::HardwareConfig& hardware) : hardware_(hardware), known_(64) {}

FoldSlots::Key FoldSlots::key_of(const isa::Matmul& m, const isa::Fold& fold) const {
  const auto u32 = [](auto value) { return static_cast<std::uint32_t>(value); };
  const auto word_bytes = u32(hardware_.activation_scratchpad.bank_word_bytes);
  return {u32(m.mode),          u32(m.column_pixels),
          u32(m.pad_top),       u32(m.pad_left),
          m.kernel_h,           m.kernel_w,
          m.stride_h,           m.stride_w,
          m.dilation_h,         m.dilation_w,
          m.in_height,          m.in_width,
          m.first_pixel,        m.pixels,
          m.out_width,          m.columns,
          m.channels,           m.in_address % word_bytes,
          m.pixel_stride_bytes, m.row_stride_bytes,
          u32(fold.k_begin),    u32(fold.k_end),
          u32(fold.first),      u32(fold.pixels)};
}

std::int64_t FoldSlots::operator()(const isa::Matmul& matmul, const isa::Fold& fold) {
  const Key key = key_of(matmul, fold);
  std::uint64_t hash = 0;
  for (const std::uint32_t word : key) hash = (hash ^ word) * 0x9E3779B97F4A7C15U;
  Known& known = known_[(hash >> 32U) % known_.size()];
  if (known.key != key) {
    known = {key, fold_slots(hardware_, matmul, fold)};
  }
  return known.slots;
}

}  // namespace npusim::model
