// SPDX-License-Identifier: Apache-2.0
#include "sim/model/input_rows.h"

#include <algorithm>
#include <cstring>

#include "sim/base/math.h"

namespace npusim::model {
namespace {

// The pixels of one output row that belong to the instruction.
struct RowLine {
  std::int64_t row, column;  // of its first pixel
  std::int64_t pixels;
  std::int64_t first;  // pixels of the instruction before it
};

template <typename Body>
void for_each_row_line(const isa::Matmul& m, Body&& body) {
  RowLine line{m.first_pixel / m.out_width, m.first_pixel % m.out_width, 0, 0};
  for (; line.first < m.pixels; line.first += line.pixels, ++line.row, line.column = 0) {
    line.pixels = std::min<std::int64_t>(m.out_width - line.column, m.pixels - line.first);
    body(line);
  }
}

// What one kernel position reads along a line: padding for the pixels in front of `begin` and from
// `end` on, and between them input pixels `step` bytes apart, from `at` on.
struct Reach {
  std::int64_t begin, end;
  const std::int8_t* at;
  std::int64_t step;
};

Reach reach_of(const isa::Matmul& m, const std::int8_t* activations, const RowLine& line,
               std::int64_t ky, std::int64_t kx) {
  const std::int64_t y = line.row * m.stride_h - m.pad_top + ky * m.dilation_h;
  const std::int64_t x = line.column * m.stride_w - m.pad_left + kx * m.dilation_w;
  if (y < 0 || y >= m.in_height) return {0, 0, nullptr, 0};
  const auto pixels_before = [&](std::int64_t column) {
    const std::int64_t columns = std::max<std::int64_t>(0, column - x);
    return std::min(base::ceil_div<std::int64_t>(columns, m.stride_w), line.pixels);
  };
  Reach reach{pixels_before(0), pixels_before(m.in_width), nullptr, 0};
  reach.at = activations + m.in_address + y * std::int64_t{m.row_stride_bytes} +
             (x + reach.begin * m.stride_w) * std::int64_t{m.pixel_stride_bytes};
  reach.step = std::int64_t{m.stride_w} * m.pixel_stride_bytes;
  return reach;
}

// Pointers of a line's pixels to what they read at one kernel position, `stride` pointers apart.
void point(const RowLine& line, const Reach& reach, const std::int8_t* padding,
           const std::int8_t** out, std::int64_t stride) {
  for (std::int64_t i = 0; i < reach.begin; ++i) out[i * stride] = padding;
  const std::int8_t* at = reach.at;
  for (std::int64_t i = reach.begin; i < reach.end; ++i, at += reach.step) out[i * stride] = at;
  for (std::int64_t i = reach.end; i < line.pixels; ++i) out[i * stride] = padding;
}

// Copies rows of inputs, piece by piece, to where they lie in one.
class RowCopy {
 public:
  RowCopy(const isa::Matmul& m, const std::int8_t* activations, std::int8_t* rows)
      : m_(m),
        activations_(activations),
        row_bytes_(std::int64_t{m.k_end} - m.k_begin),
        rows_(rows),
        is_dense_(m.dilation_w == 1 && m.pixel_stride_bytes == m.channels) {}

  // The inputs k_begin..k_end, which lie in kernel row ky, of all pixels of a line.
  void copy(const RowLine& line, std::int64_t ky, std::int64_t k_begin, std::int64_t k_end) {
    const std::int64_t channels = m_.channels;
    const std::int64_t row_begin = ky * m_.kernel_w * channels;
    const std::int64_t first = (k_begin - row_begin) / channels;
    const std::int64_t last = (k_end - 1 - row_begin) / channels;
    // Pixels [begin, end) have all of these columns, and side by side.
    std::int64_t begin = line.pixels;
    std::int64_t end = line.pixels;
    if (is_dense_) {
      const Reach left = reach_of(m_, activations_, line, ky, first);
      end = reach_of(m_, activations_, line, ky, last).end;
      begin = std::min(left.begin, end);
      copy_piece(line, left, begin, end, k_begin, k_end, k_begin - row_begin - first * channels);
    }
    if (begin == 0 && end == line.pixels) return;
    for (std::int64_t kx = first; kx <= last; ++kx) {
      const Reach reach = reach_of(m_, activations_, line, ky, kx);
      const std::int64_t position = row_begin + kx * channels;
      const std::int64_t from = std::max(k_begin, position);
      const std::int64_t to = std::min(k_end, position + channels);
      copy_piece(line, reach, 0, begin, from, to, from - position);
      copy_piece(line, reach, end, line.pixels, from, to, from - position);
    }
  }

 private:
  // k_begin..k_end of the pixels [begin, end): the bytes of the reach from `offset` on.
  void copy_piece(const RowLine& line, const Reach& reach, std::int64_t begin, std::int64_t end,
                  std::int64_t k_begin, std::int64_t k_end, std::int64_t offset) {
    const auto bytes = static_cast<std::size_t>(k_end - k_begin);
    std::int8_t* out = rows_ + (line.first + begin) * row_bytes_ + (k_begin - m_.k_begin);
    for (std::int64_t i = begin; i < end; ++i, out += row_bytes_) {
      if (i < reach.begin || i >= reach.end) {
        std::memset(out, m_.zero_point, bytes);
      } else {
        std::memcpy(out, reach.at + (i - reach.begin) * reach.step + offset, bytes);
      }
    }
  }

  const isa::Matmul& m_;
  const std::int8_t* activations_;
  std::int64_t row_bytes_;
  std::int8_t* rows_;
  bool is_dense_;
};

}  // namespace

const std::int8_t* const* InputRows::gather(const isa::Matmul& m, const std::int8_t* activations) {
  const std::int64_t channels = m.channels;
  const std::int64_t row_bytes = std::int64_t{m.k_end} - m.k_begin;
  const std::int64_t first = m.k_begin / channels;
  pointers_.resize(m.pixels);
  if ((m.k_end - 1) / channels == first) {
    padding_.assign(static_cast<std::size_t>(row_bytes), m.zero_point);
    const std::int64_t offset = m.k_begin - first * channels;
    for_each_row_line(m, [&](const RowLine& line) {
      const Reach reach =
          reach_of(m, activations + offset, line, first / m.kernel_w, first % m.kernel_w);
      point(line, reach, padding_.data(), pointers_.data() + line.first, 1);
    });
    return pointers_.data();
  }
  buffer_.resize(static_cast<std::size_t>(m.pixels * row_bytes));
  RowCopy rows(m, activations, buffer_.data());
  const std::int64_t kernel_row = m.kernel_w * channels;
  for_each_row_line(m, [&](const RowLine& line) {
    for (std::int64_t k = m.k_begin; k < m.k_end;) {
      const std::int64_t ky = k / kernel_row;
      const std::int64_t end = std::min<std::int64_t>(m.k_end, (ky + 1) * kernel_row);
      rows.copy(line, ky, k, end);
      k = end;
    }
  });
  const std::int8_t* row = buffer_.data();
  for (const std::int8_t*& pointer : pointers_) {
    pointer = row;
    row += row_bytes;
  }
  return pointers_.data();
}

const std::int8_t* const* InputRows::gather_taps(const isa::Matmul& m,
                                                 const std::int8_t* activations) {
  const std::int64_t taps = std::int64_t{m.k_end} - m.k_begin;
  padding_.assign(m.columns, m.zero_point);
  pointers_.resize(static_cast<std::size_t>(m.pixels * taps));
  for_each_row_line(m, [&](const RowLine& line) {
    for (std::int64_t tap = 0; tap < taps; ++tap) {
      const std::int64_t position = m.k_begin + tap;
      const Reach reach =
          reach_of(m, activations, line, position / m.kernel_w, position % m.kernel_w);
      point(line, reach, padding_.data(), pointers_.data() + line.first * taps + tap, taps);
    }
  });
  return pointers_.data();
}

}  // namespace npusim::model
