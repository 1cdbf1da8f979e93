// SPDX-License-Identifier: Apache-2.0
// Models that are quantized already in the forms in which other exporters write them.
#pragma once

#include <string>

namespace onnx {
class ModelProto;
}

namespace npusim::test {

struct QdqStyle {
  bool unsigned_activations = false;  // uint8 rather than int8
  bool unsigned_weights = false;      // uint8, zero points moved by 128
  bool float_weights = false;         // floats, QuantizeLinear, DequantizeLinear
  int opset = 13;
};

/// A model as exporter::to_onnx writes it, in another style: the same real values and codes.
void restyle(onnx::ModelProto& model, const QdqStyle& style);
/// The same of a file's bytes.
std::string restyled(const std::string& bytes, const QdqStyle& style);

}  // namespace npusim::test
