// SPDX-License-Identifier: Apache-2.0
#include "sim/model/input_rows.h"

#include <algorithm>
#include <cstring>

namespace npusim::model {

// The window of one output pixel after another; pixels are many, divisions slow.
struct InputRows::Window {
  Window(const isa::Matmul& matmul, const std::int8_t* activations)
      : m(matmul),
        oy(matmul.first_pixel / matmul.out_width),
        ox(matmul.first_pixel % matmul.out_width),
        base(activations + matmul.in_address) {
    place();
  }

  void next() {
    if (++ox == m.out_width) {
      ox = 0;
      ++oy;
    }
    place();
  }
  void place() {
    y = oy * m.stride_h - m.pad_top;
    x = ox * m.stride_w - m.pad_left;
  }
  // Kernel position p = ky * kernel_w + kx.
  const std::int8_t* at(std::int64_t p) const {
    return at(p / m.kernel_w * m.dilation_h, p % m.kernel_w * m.dilation_w);
  }
  // The same by its distance from the window's corner.
  const std::int8_t* at(std::int64_t dy, std::int64_t dx) const {
    const std::int64_t iy = y + dy;
    const std::int64_t ix = x + dx;
    if (iy < 0 || iy >= m.in_height || ix < 0 || ix >= m.in_width) return nullptr;
    return base + iy * std::int64_t{m.row_stride_bytes} + ix * std::int64_t{m.pixel_stride_bytes};
  }

  const isa::Matmul& m;
  std::int64_t oy;
  std::int64_t ox;
  std::int64_t y = 0;
  std::int64_t x = 0;
  const std::int8_t* base;
};

const std::int8_t* const* InputRows::gather(const isa::Matmul& m, const std::int8_t* activations,
                                            std::int64_t k_begin, std::int64_t k_end) {
  const std::int64_t channels = m.channels;
  const std::int64_t row_bytes = k_end - k_begin;
  const std::int64_t first = k_begin / channels;
  const bool one_piece = (k_end - 1) / channels == first;
  padding_.assign(static_cast<std::size_t>(row_bytes), m.zero_point);
  pointers_.resize(m.pixels);
  if (!one_piece) buffer_.resize(static_cast<std::size_t>(m.pixels * row_bytes));
  std::int8_t* out = buffer_.data();
  const std::int64_t first_dy = first / m.kernel_w * m.dilation_h;
  const std::int64_t first_dx = first % m.kernel_w * m.dilation_w;
  Window window(m, activations);
  for (std::size_t i = 0; i < m.pixels; ++i, window.next()) {
    if (one_piece) {
      const std::int8_t* pixel = window.at(first_dy, first_dx);
      pointers_[i] = pixel == nullptr ? padding_.data() : pixel + (k_begin - first * channels);
      continue;
    }
    pointers_[i] = out;
    for (std::int64_t k = k_begin; k < k_end;) {
      const std::int64_t position = k / channels;
      const std::int64_t c = k - position * channels;
      const auto bytes = static_cast<std::size_t>(std::min(channels - c, k_end - k));
      const std::int8_t* pixel = window.at(position);
      if (pixel == nullptr) {
        std::memset(out, m.zero_point, bytes);
      } else {
        std::memcpy(out, pixel + c, bytes);
      }
      out += bytes;
      k += static_cast<std::int64_t>(bytes);
    }
  }
  return pointers_.data();
}

const std::int8_t* const* InputRows::gather_taps(const isa::Matmul& m,
                                                 const std::int8_t* activations,
                                                 std::int64_t k_begin, std::int64_t k_end) {
  padding_.assign(m.columns, m.zero_point);
  pointers_.clear();
  pointers_.reserve(static_cast<std::size_t>(m.pixels * (k_end - k_begin)));
  Window window(m, activations);
  for (std::int64_t i = 0; i < m.pixels; ++i, window.next()) {
    for (std::int64_t tap = k_begin; tap < k_end; ++tap) {
      const std::int8_t* pixel = window.at(tap);
      pointers_.push_back(pixel == nullptr ? padding_.data() : pixel);
    }
  }
  return pointers_.data();
}

}  // namespace npusim::model
