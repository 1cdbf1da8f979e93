// SPDX-License-Identifier: Apache-2.0
// An ONNX model evaluated in double, node by node as the ONNX specification says, knowing nothing
// of the importer or the graph: what imported networks are compared with. Link npusim_test_models
// and onnx.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace onnx {
class ModelProto;
}

namespace npusim::test {

struct NaiveTensor {
  std::vector<std::int64_t> dims;
  std::vector<double> values;  // row-major
  bool is_signed = true;       // false: a constant of type UINT8
};

/// The first output for this tensor as the model's only input. Of opset 13; a Softmax gives its
/// operand (logits). Throws std::logic_error at an operator that is not known here.
NaiveTensor evaluate_onnx(const onnx::ModelProto& model, const NaiveTensor& input);

/// The same, of every tensor that a node computes. Where `known` has a tensor, whoever reads it
/// gets the known values; the result still says what its node computed.
std::map<std::string, NaiveTensor> evaluate_onnx_tensors(
    const onnx::ModelProto& model, const NaiveTensor& input,
    const std::map<std::string, NaiveTensor>& known);

}  // namespace npusim::test
