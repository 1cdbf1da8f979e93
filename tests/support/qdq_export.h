// SPDX-License-Identifier: Apache-2.0
// A quantized network written as ONNX with QuantizeLinear and DequantizeLinear, as exporters of
// quantized networks do: the way back of what the importer reads.
#pragma once

#include "frontend/graph/graph.h"
#include "frontend/graph/quantized_graph.h"
#include "tests/support/onnx_builder.h"

namespace npusim::test {

struct QdqStyle {
  bool unsigned_activations = false;  // uint8 rather than int8
  bool unsigned_weights = false;      // uint8 with zero point 128
  bool float_weights = false;         // floats, QuantizeLinear, DequantizeLinear
  int opset = 14;
};

/// `quantized` was made of `folded`: the same nodes. Scales become floats, so a network that is
/// read back has the same codes but for multipliers and what hangs on the last bits of a scale.
/// Behind node i the tensor "t<i>" is dequantized. Functions: hard_sigmoid, hard_swish, sigmoid,
/// silu, identity (std::logic_error at any other).
OnnxBuilder export_qdq(const graph::Graph& folded, const graph::QuantizedGraph& quantized,
                       const QdqStyle& style);

}  // namespace npusim::test
