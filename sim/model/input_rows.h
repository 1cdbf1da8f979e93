// SPDX-License-Identifier: Apache-2.0
// The array's input rows, formed from the activation scratchpad (im2col order): what the feeder
// delivers.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/isa/instruction.h"

namespace npusim::model {

/// Rows of one fold, as pointers. They point into the scratchpad wherever a row lies there in one
/// piece, and into this object's buffers otherwise; valid until the next call or write.
class InputRows {
 public:
  /// Weight stationary: for every output pixel of the instruction its inputs k_begin..k_end.
  const std::int8_t* const* gather(const isa::Matmul& matmul, const std::int8_t* activations,
                                   std::int64_t k_begin, std::int64_t k_end);
  /// Depthwise: for every output pixel and every tap k_begin..k_end, pointer to its channels.
  const std::int8_t* const* gather_taps(const isa::Matmul& matmul, const std::int8_t* activations,
                                        std::int64_t k_begin, std::int64_t k_end);

 private:
  // Where an output pixel reads.
  struct Window;

  std::vector<const std::int8_t*> pointers_;
  std::vector<std::int8_t> buffer_;
  std::vector<std::int8_t> padding_;  // a row of the zero point
};

}  // namespace npusim::model
