// SPDX-License-Identifier: Apache-2.0
// The array's input rows, formed from the activation scratchpad (im2col order): what the feeder
// delivers.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/isa/instruction.h"

namespace npusim::model {

/// The inputs of every output pixel of an instruction over its whole reduction k_begin..k_end, as
/// pointers. They point into the scratchpad wherever a row lies there in one piece, and into this
/// object's buffers otherwise; valid until the next call or write.
///
/// Why this is fast: which pixels of an output line meet padding is known for the whole line, so
/// the pointers of a line are a run of equal steps; and the columns of a kernel row that lie side
/// by side in memory are copied together.
class InputRows {
 public:
  /// For every output pixel its row of inputs.
  const std::int8_t* const* gather(const isa::Matmul& matmul, const std::int8_t* activations);
  /// Depthwise: for every output pixel and every tap, pointer to its channels.
  const std::int8_t* const* gather_taps(const isa::Matmul& matmul, const std::int8_t* activations);

 private:
  std::vector<const std::int8_t*> pointers_;
  std::vector<std::int8_t> buffer_;
  std::vector<std::int8_t> padding_;  // a row of the zero point
};

}  // namespace npusim::model
