// SPDX-License-Identifier: Apache-2.0
// Bytes that the parameters of one layer take in the Program, by kind: the memory section of the
// report.
#pragma once

#include <cstdint>

#include "frontend/graph/quantized_graph.h"

namespace npusim::compile {

struct ParameterBytes {
  std::int64_t weights_bytes = 0;  // packed, without what rows are filled up with
  std::int64_t bias_bytes = 0;
  std::int64_t requant_bytes =
      0;  // records of scales, clamps of channels, lookup tables; without the channel shifts
  std::int64_t channel_shift_bytes = 0;  // ceil(channels * field_bits / 8)
  // The report's parameter_bytes: what a quantization scheme costs besides weights and bias.
  std::int64_t scheme_bytes() const { return requant_bytes + channel_shift_bytes; }
};

ParameterBytes parameter_bytes(const graph::QuantizedNode& node);
// Sum over all layers.
ParameterBytes parameter_bytes(const graph::QuantizedGraph& graph);

}  // namespace npusim::compile
