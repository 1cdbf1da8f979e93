// SPDX-License-Identifier: Apache-2.0
// The float network against the ONNX file itself.
#pragma once

#include <string>
#include <vector>

#include "frontend/compile/pipeline.h"
#include "tests/support/drawn_runs.h"

namespace npusim::soak {

/// Whether wrong_floats has something to say of a run: FLOAT models of opset 13 and up without
/// quantized tensors, which the plain evaluation knows; a part of them, as it is slow.
bool compares_floats(const test::DrawnRun& run);

/// A line for every output of the imported network, all passes done, that is not what the model
/// computes by a plain evaluation in double (tests/support/naive_onnx.h), node by node.
std::vector<std::string> wrong_floats(const test::DrawnRun& run, compile::Pipeline& pipeline);

}  // namespace npusim::soak
