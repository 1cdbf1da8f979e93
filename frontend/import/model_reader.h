// SPDX-License-Identifier: Apache-2.0
// What must hold of an ONNX model as a whole; the operators are looked at elsewhere.
#pragma once

#include <onnx/onnx_pb.h>

#include <string>

namespace npusim::import {

inline constexpr int kMinOpset = 1;
inline constexpr int kMaxOpset = 21;
/// The rules are written for these; nodes of others are rewritten (opset_upgrade.h).
inline constexpr int kMinRuleOpset = 7;
inline constexpr int kMaxRuleOpset = 17;  // the newest that the ONNX library knows

/// Checks a parsed model as a whole and leaves what its outputs depend on. Afterwards it has nodes
/// and outputs within the limits of graph.h, one opset of the default domain in range, no
/// functions, sparse weights or training graph. All nodes have names (see onnx_importer.h; not yet
/// unique), tensors of Constant nodes are initializers, and nodes and initializers that no output
/// depends on are gone. Throws base::InputError, each message beginning with `file`.
void prepare_model(onnx::ModelProto& model, const std::string& file);

/// The version of the default operator domain that the model asks for.
int opset_of(const onnx::ModelProto& model);

/// `node 'NAME' (OPTYPE)`, as messages name it.
std::string place_of(const onnx::NodeProto& node);

/// Text from a file as it may stand in messages and reports: printable ASCII without quotes, cut to
/// `max_length` bytes.
std::string printable(const std::string& text, std::size_t max_length = 120);

}  // namespace npusim::import
