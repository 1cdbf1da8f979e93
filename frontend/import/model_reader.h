// SPDX-License-Identifier: Apache-2.0
// From bytes to an ONNX model that is sound as a whole; the operators are looked at elsewhere.
#pragma once

#include <onnx/onnx_pb.h>

#include <string>
#include <string_view>

namespace npusim::import {

inline constexpr int kMinOpset = 7;
inline constexpr int kMaxOpset = 17;  // the newest that the ONNX library knows

/// Parses the model. Afterwards it has a graph with nodes and outputs, within the limits of
/// graph.h, an opset of the default domain in range, and no functions or sparse weights. All nodes
/// have names (see onnx_importer.h; not yet unique) and nodes that no output depends on are gone.
/// Throws base::InputError, each message beginning with `file`.
onnx::ModelProto read_model(std::string_view bytes, const std::string& file);

/// The version of the default operator domain that the model asks for.
int opset_of(const onnx::ModelProto& model);

/// The ONNX library's own checker: structure, order of nodes, attribute types. It stops at the
/// first error. Throws base::InputError.
void check_with_library(const onnx::ModelProto& model, const std::string& file);

/// Text from a file as it may stand in messages and reports: printable ASCII without quotes, cut to
/// `max_length` bytes.
std::string printable(const std::string& text, std::size_t max_length = 120);

}  // namespace npusim::import
