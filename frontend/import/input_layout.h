// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <onnx/onnx_pb.h>

#include <string>

namespace npusim::import {

/// Whether the model's input of 4 dimensions is [N, H, W, C] rather than [N, C, H, W]: what reads
/// it, directly or behind operators that work on each value by itself, is a Transpose that moves
/// the last dimension to the second place. A wrong answer can only lead to a refusal, never to
/// wrong values: it is a name for the axes.
bool channels_are_last(const onnx::GraphProto& graph, const std::string& input);

}  // namespace npusim::import
