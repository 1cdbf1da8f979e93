// SPDX-License-Identifier: Apache-2.0
// The one tensor that a model reads.
#pragma once

#include <onnx/onnx_pb.h>

#include <optional>
#include <string>
#include <vector>

#include "frontend/graph/graph.h"
#include "frontend/import/layout.h"

namespace npusim::import {

struct ModelInput {
  std::string name;
  graph::Shape shape;
  Layout layout;  // [N, C, H, W], [N, H, W, C] or [N, F], a 1 x 1 map of F channels
  std::vector<std::string> notes{};  // what was taken otherwise than the model says
  bool has_symbolic_batch = false;
};

/// The input that nodes or outputs depend on; those that nothing reads are removed from the model,
/// as are initializers listed as inputs. A batch that is symbolic, or a number greater than 1, is
/// set to 1: in the input, the outputs, and the shapes of Reshapes that begin with that number.
/// Nothing where no input is read: something else is wrong. Throws base::InputError beginning with
/// `file`.
std::optional<ModelInput> take_input(onnx::ModelProto& model, const std::string& file);

}  // namespace npusim::import
