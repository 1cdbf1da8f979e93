// SPDX-License-Identifier: Apache-2.0
// ONNX models as graphs.
//
// Accepted: opset 7 to 17 of the default domain, float32 weights inside the file, one float input
// ([N,C,H,W], or [N,F] as a 1 x 1 map of F channels) whose batch is 1 or symbolic (then taken as
// 1), and the operators of docs/operators.md. Nodes that no output depends on are ignored.
//
// - Layers are named as the model's nodes; a node without a name is OPTYPE_INDEX; names are made
//   unique by a suffix, and bytes that are not printable ASCII become '_'.
// - A Softmax at the end is dropped: it does not change the order of the classes. The outputs of
//   such a graph are therefore logits.
// - The parameters of a Gemm behind a Flatten are reordered from channel, height, width to height,
//   width, channel order (see graph::Conv).
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "frontend/graph/graph.h"

namespace npusim::import {

/// The largest model that the file format's own encoding allows.
inline constexpr std::uint64_t kMaxModelBytes = (std::uint64_t{1} << 31) - 1;

/// Reads the file and gives a graph that graph::verify accepts, before any pass: BatchNorm, Clamp
/// and Pad nodes stand as in the model. Throws base::InputError with all refusals of the model at
/// once, `FILE: node 'NAME' (OPTYPE): KEY: got X, must be Y`; damaged files come to the same.
graph::Graph import_onnx(const std::filesystem::path& path);

/// The same from memory; `file` is the name for messages, and the graph's where the model has none.
graph::Graph import_onnx(std::string_view bytes, const std::string& file);

/// One row of docs/operators.md.
struct SupportedOperator {
  std::string op_type;
  std::string becomes;  // the graph's operator
  std::string limits;   // what is refused, "" where nothing is
};
/// All of them, by name.
std::vector<SupportedOperator> supported_operators();

}  // namespace npusim::import
