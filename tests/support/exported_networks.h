// SPDX-License-Identifier: Apache-2.0
// Small networks written down the way exporters write the known ones: torch.onnx, tf2onnx, Keras.
// Weights are drawn; each has one input "x" and one output "y".
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tests/support/onnx_builder.h"

namespace npusim::test {

struct ExportedNetwork {
  std::string name;
  Dims input;
  bool channels_last = false;  // of the input
  std::function<OnnxBuilder()> build;
  /// Kinds of the layers after all passes, in order, each with its number: "conv*3 add pool".
  std::string kinds;
};

const std::vector<ExportedNetwork>& exported_networks();

}  // namespace npusim::test
