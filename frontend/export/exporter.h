// SPDX-License-Identifier: Apache-2.0
// Quantized networks as ONNX models that any runtime runs: float operators between QuantizeLinear
// and DequantizeLinear (opset 13, the first with scales per channel).
//
//     tensor  ->  QuantizeLinear  ->  DequantizeLinear  ->  Conv, Add, ...  ->  Relu, Clip  ->  ...
//
// - Tensors: int8, one scale and zero point each.
// - Weights: int8 codes, DequantizeLinear with one scale, or one per output channel (axis 0): the
//   shift scaler's is s_w * 2^-s_c. Codes of fewer bits are int8 all the same.
// - Biases: int32 codes of scale s_x * s_w; without the part that the input's zero point brings in,
//   since padding is 0 here.
// - What a layer clamps: Relu or Clip with the float network's limits, or with those of the codes
//   where they are narrower.
// - A table is the function that it was made from.
// - The model's input and outputs have the names and dimensions that the file had; layers keep
//   their names.
//
// ONNX's scales are floats. Ours are double: the metadata holds them exactly (import/
// exact_scales.h), so that the importer gets the same integers back, bit for bit.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "frontend/graph/graph.h"
#include "frontend/graph/quantized_graph.h"
#include "frontend/import/interface.h"

// `export` is a keyword.
namespace npusim::exporter {

inline constexpr int kOpset = 13;

struct ExportedModel {
  std::string bytes;  // of the file
  /// The name of each node's tensor behind its DequantizeLinear, by node id.
  std::vector<std::string> tensors;
};

/// `quantized` was made from `folded`: the same nodes. `properties` become the model's metadata, by
/// names without the prefix "npusim.". Throws base::InputError naming everything that ONNX cannot
/// carry:
///   layer 'pool_2': dilation of an average pool: got 2 x 2, must be 1 x 1 in ONNX of opset 13
ExportedModel to_onnx(const graph::Graph& folded, const graph::QuantizedGraph& quantized,
                      const import::Interface& interface,
                      const std::map<std::string, std::string>& properties);

}  // namespace npusim::exporter
