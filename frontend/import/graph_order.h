// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <onnx/onnx_pb.h>

#include <string>
#include <unordered_set>
#include <vector>

namespace npusim::import {

struct OrderProblems {
  std::vector<std::string> messages;                // without the file
  std::unordered_set<std::string> missing_tensors;  // read before they are made, or never made
};

/// Whether every node reads only inputs, initializers and the outputs of nodes before it, as ONNX
/// demands. Says of what is wrong whether the tensor does not exist, is made later, or in a cycle.
OrderProblems find_order_problems(const onnx::GraphProto& graph);

}  // namespace npusim::import
