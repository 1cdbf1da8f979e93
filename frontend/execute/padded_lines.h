// SPDX-License-Identifier: Apache-2.0
// The lines of a map that a window reads, with their padding beside them, so that a line of output
// pixels reads its inputs at constant distances and no pixel is a border's.
#pragma once

#include <cstdint>
#include <vector>

#include "frontend/execute/im2col.h"

namespace npusim::execute {

/// A window passing over the lines of one map from the top to the bottom. Each input line is copied
/// once, into a ring of as many lines as the window is high.
class PaddedLines {
 public:
  /// memory: the caller's, grown as needed; the lines live in it. padding: what padded pixels hold.
  PaddedLines(const std::int8_t* input, const Geometry& geometry, std::int8_t padding,
              std::vector<std::int8_t>& memory);

  /// taps: for output line `y`, not above those asked for before, the inputs of its first pixel in
  /// the order kernel row, kernel column; the next pixel's lie step() behind them.
  void gather(std::int64_t y, const std::int8_t** taps);
  std::int64_t step() const { return geometry_.window.stride_w * geometry_.in.channels; }

 private:
  std::int8_t* line(std::int64_t y) const { return lines_ + (y % height_) * pitch_; }

  const std::int8_t* input_;
  const Geometry& geometry_;
  std::int64_t height_;  // lines under the window
  std::int64_t pitch_;
  std::int8_t* lines_;
  const std::int8_t* outside_;  // a line above or below the map
  std::int64_t copied_ = 0;     // input lines
};

}  // namespace npusim::execute
