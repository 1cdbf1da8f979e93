// SPDX-License-Identifier: Apache-2.0
// The bytes of parameter records as the machine reads them from the weight scratchpad (formats:
// sim/isa/instruction.h).
#pragma once

#include <cstdint>
#include <vector>

#include "frontend/graph/quantized_graph.h"

namespace npusim::compile {

using Bytes = std::vector<std::uint8_t>;

void append_int32(Bytes& bytes, std::int32_t value);          // little-endian
void append_scale(Bytes& bytes, const graph::FixedPoint& s);  // 5 bytes

// Channel shifts [begin, end), field_bits each, from the least significant bit of the first byte
// up.
Bytes pack_channel_shifts(const graph::Requantization& requantization, std::int64_t begin,
                          std::int64_t end);

// Records of a node of the vector unit: one per input for concat, one for the others, none for max
// pooling.
std::size_t record_count(const graph::QuantizedNode& node);
Bytes vector_record(const graph::QuantizedNode& node, std::size_t index);

}  // namespace npusim::compile
