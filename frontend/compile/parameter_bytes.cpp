// SPDX-License-Identifier: Apache-2.0
#include "frontend/compile/parameter_bytes.h"

#include "frontend/compile/records.h"
#include "sim/base/math.h"
#include "sim/isa/records.h"

namespace npusim::compile {

ParameterBytes parameter_bytes(const graph::QuantizedNode& node) {
  ParameterBytes bytes;
  if (const auto* conv = std::get_if<graph::QuantizedConv>(&node.op)) {
    bytes.weights_bytes = base::ceil_div<std::int64_t>(
        static_cast<std::int64_t>(conv->weights_ohwi.size()) * conv->weight_bits, 8);
    bytes.bias_bytes = 4 * conv->out_channels;
    bytes.requant_bytes = static_cast<std::int64_t>(isa::kScaleRecordBytes) *
                              static_cast<std::int64_t>(conv->requantization.scales.size()) +
                          clamp_bytes(node, conv->out_channels);
    bytes.channel_shift_bytes =
        base::ceil_div<std::int64_t>(conv->out_channels * conv->requantization.field_bits, 8);
  } else {
    for (std::size_t i = 0; i < record_count(node); ++i) {
      bytes.requant_bytes += static_cast<std::int64_t>(vector_record(node, i).size());
    }
  }
  return bytes;
}

ParameterBytes parameter_bytes(const graph::QuantizedGraph& graph) {
  ParameterBytes sum;
  for (const graph::QuantizedNode& node : graph.nodes) {
    const ParameterBytes bytes = parameter_bytes(node);
    sum.weights_bytes += bytes.weights_bytes;
    sum.bias_bytes += bytes.bias_bytes;
    sum.requant_bytes += bytes.requant_bytes;
    sum.channel_shift_bytes += bytes.channel_shift_bytes;
  }
  return sum;
}

}  // namespace npusim::compile
