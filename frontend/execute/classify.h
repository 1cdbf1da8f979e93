// SPDX-License-Identifier: Apache-2.0
// Real images into a network's input codes, and its outputs into classes.
#pragma once

#include <array>
#include <cstdint>

#include "frontend/graph/quantized_graph.h"

namespace npusim::execute {

/// codes[i] = clamp(z + rne(values[i] / scale), low, high), rule 10, low and high of all codes that
/// the input has. The scale is rounded to float (where it is a normal one) and the quotient is a
/// float, as ONNX's QuantizeLinear computes it: whole pictures lie on ties, and there the last bit
/// of it decides. A NaN throws base::InternalError.
void quantize_input(const float* values, std::int64_t count,
                    const graph::TensorQuantization& quantization, const graph::Clamps& range,
                    std::int8_t* codes);

/// The classes of the five largest outputs, largest first, ties to the lower class; -1 where there
/// are fewer than five classes. [0] is the argmax.
using Ranking = std::array<std::int32_t, 5>;

/// All outputs have one scale, so codes rank as the real values do. NaN is no value to rank: it
/// throws base::InternalError.
Ranking rank(const float* outputs, std::int64_t count);
Ranking rank(const std::int8_t* outputs, std::int64_t count);

}  // namespace npusim::execute
