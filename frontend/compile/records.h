// SPDX-License-Identifier: Apache-2.0
// From the integers of the quantized graph to parameter records (their bytes: sim/isa/records.h).
#pragma once

#include <cstdint>
#include <vector>

#include "frontend/graph/quantized_graph.h"

namespace npusim::compile {

using Bytes = std::vector<std::uint8_t>;

void append_scale(Bytes& bytes, const graph::FixedPoint& scale);

/// The packed channel shifts of channels [begin, end); empty without a field.
Bytes pack_channel_shifts(const graph::Requantization& requantization, std::int64_t begin,
                          std::int64_t end);

/// The clamps of channels [begin, end) of a convolution; nothing where they are the same for all.
void append_clamps(Bytes& bytes, const graph::QuantizedNode& node, std::int64_t begin,
                   std::int64_t end);
/// What append_clamps adds for so many channels.
std::int64_t clamp_bytes(const graph::QuantizedNode& node, std::int64_t channels);

/// Records of a node of the vector unit: one per input for concat, one for the others, none for max
/// pooling.
std::size_t record_count(const graph::QuantizedNode& node);
/// Throws base::InputError naming the layer where average pooling has divisors that a record cannot
/// hold.
Bytes vector_record(const graph::QuantizedNode& node, std::size_t index);

}  // namespace npusim::compile
