// SPDX-License-Identifier: Apache-2.0
#include "frontend/execute/padded_lines.h"

#include <algorithm>
#include <cstddef>

namespace npusim::execute {

PaddedLines::PaddedLines(const std::int8_t* input, const Geometry& geometry, std::int8_t padding,
                         std::vector<std::int8_t>& memory)
    : input_(input), geometry_(geometry) {
  const graph::Window& w = geometry.window;
  height_ = (w.kernel_h - 1) * w.dilation_h + 1;
  const std::int64_t read = (geometry.out.width - 1) * w.stride_w + (w.kernel_w - 1) * w.dilation_w;
  const std::int64_t width = std::max(read + 1, w.pad_left + geometry.in.width);
  pitch_ = width * geometry.in.channels;
  const auto needed = static_cast<std::size_t>((height_ + 1) * pitch_);
  if (memory.size() < needed) memory.resize(needed);
  std::fill_n(memory.begin(), needed, padding);
  lines_ = memory.data();
  outside_ = lines_ + height_ * pitch_;
}

void PaddedLines::gather(std::int64_t y, const std::int8_t** taps) {
  const graph::Window& w = geometry_.window;
  const graph::Shape& in = geometry_.in;
  const std::int64_t top = y * w.stride_h - w.pad_top;
  const std::int64_t line_elements = in.width * in.channels;
  copied_ = std::max(copied_, top);
  for (; copied_ < std::min(top + height_, in.height); ++copied_) {
    std::copy_n(input_ + copied_ * line_elements, line_elements,
                line(copied_) + w.pad_left * in.channels);
  }
  for (std::int64_t i = 0; i < w.kernel_h; ++i) {
    const std::int64_t from = top + i * w.dilation_h;
    const std::int8_t* begin = from < 0 || from >= in.height ? outside_ : line(from);
    for (std::int64_t j = 0; j < w.kernel_w; ++j) {
      *taps++ = begin + j * w.dilation_w * in.channels;
    }
  }
}

}  // namespace npusim::execute
