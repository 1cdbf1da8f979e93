// SPDX-License-Identifier: Apache-2.0
// The folds of a Matmul and of the Preload that belongs to it (docs/timing-model.md, section 6):
// the weight loader hands them over one at a time, in this order. Fields as verify() leaves them.
#pragma once

#include <algorithm>
#include <cstdint>

#include "sim/base/math.h"
#include "sim/isa/windows.h"

namespace npusim::isa {

/// Tiles of output pixels that the reduction passes for: one, but for output stationary up to
/// `rows` pixels each.
inline std::int64_t tile_count(const Preload& f, std::int64_t rows) {
  return f.pixels == 0 ? 1 : base::ceil_div<std::int64_t>(f.pixels, rows);
}
inline std::int64_t tile_count(const Matmul& f, std::int64_t rows) {
  return f.mode == ArrayMode::output_stationary ? base::ceil_div<std::int64_t>(f.pixels, rows) : 1;
}

/// `rows`: of the array. The same for a Matmul and its Preload.
template <typename Fields>
std::int64_t fold_count(const Fields& f, std::int64_t rows) {
  return tile_count(f, rows) * base::ceil_div<std::int64_t>(f.k_end - f.k_begin, rows);
}

struct Fold {
  std::int64_t k_begin = 0, k_end = 0;
  std::int64_t first = 0;   // its first output pixel, counted from the instruction's
  std::int64_t pixels = 0;  // of the tile
  bool begins_tile = true, ends_tile = true;
};

/// The first fold, and the one behind `fold`, which must not be the last.
inline Fold first_fold(const Matmul& m, std::int64_t rows) {
  Fold fold;
  fold.k_begin = m.k_begin;
  fold.k_end = std::min<std::int64_t>(m.k_end, fold.k_begin + rows);
  fold.pixels = m.pixels;
  if (m.mode == ArrayMode::output_stationary) fold.pixels = std::min(fold.pixels, rows);
  fold.ends_tile = fold.k_end == m.k_end;
  return fold;
}
inline Fold next_fold(const Matmul& m, std::int64_t rows, Fold fold) {
  fold.begins_tile = fold.ends_tile;
  fold.k_begin = fold.begins_tile ? std::int64_t{m.k_begin} : fold.k_end;
  fold.k_end = std::min<std::int64_t>(m.k_end, fold.k_begin + rows);
  fold.ends_tile = fold.k_end == m.k_end;
  if (!fold.begins_tile) return fold;
  fold.first += fold.pixels;
  fold.pixels = std::min(rows, m.pixels - fold.first);
  return fold;
}
inline bool is_last(const Matmul& m, const Fold& fold) {
  return fold.ends_tile && fold.first + fold.pixels == m.pixels;
}

/// Groups of up to column_pixels output pixels of one line: the cycles in which the array computes
/// in depthwise mode.
inline std::int64_t pixel_groups(const Matmul& m) {
  const std::int64_t group = column_pixels(m);
  if (group == 1) return m.pixels;
  const std::int64_t width = m.out_width;
  const std::int64_t head = std::min<std::int64_t>(m.pixels, width - m.first_pixel % width);
  const std::int64_t rest = m.pixels - head;
  return base::ceil_div(head, group) + rest / width * base::ceil_div(width, group) +
         base::ceil_div(rest % width, group);
}

/// Cycles in which a fold computes: its slots where nothing but the array costs any.
inline std::int64_t busy_cycles(const Matmul& m, const Fold& fold) {
  switch (m.mode) {
    case ArrayMode::depthwise:
      return pixel_groups(m);
    case ArrayMode::output_stationary:
      return fold.k_end - fold.k_begin;
    case ArrayMode::weight_stationary:
      break;
  }
  return m.pixels;
}

}  // namespace npusim::isa
