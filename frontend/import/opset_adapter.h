// SPDX-License-Identifier: Apache-2.0
// What a node may say in its opset, and nodes of opsets that the rules are not written for as nodes
// of those that they are.
#pragma once

#include <onnx/onnx_pb.h>

#include <vector>

#include "frontend/import/import_state.h"

namespace npusim::import {

/// Refuses numbers of inputs and outputs that the operator does not have in `opset` (at most
/// kMaxRuleOpset), attributes that it does not have, of another type, given twice, or missing;
/// names all. Throws base::InputError without a place.
void check_form(const onnx::NodeProto& node, int opset);

/// The nodes that do in opset kMinRuleOpset what `node` does in the older `opset`, in order; the
/// last one makes the node's outputs. Done by the ONNX library's version converter, one node at a
/// time with the shapes that are known by then; what it gets wrong (broadcast along an axis, the
/// shape of a Reshape) or lacks (the old forms of Cast and Pad) is rewritten here. Throws
/// base::InputError without a place, SkipNode where an input is Unknown.
std::vector<onnx::NodeProto> raised(const onnx::NodeProto& node, const ImportState& state,
                                    int opset);

/// Makes of a node of a newer `opset` the same in kMaxRuleOpset: drops attributes that change
/// nothing and turns the axes input of reductions into the attribute that it was. Any other
/// attribute or input that kMaxRuleOpset does not know is refused; the same errors.
void lower(onnx::NodeProto& node, const ImportState& state, int opset);

}  // namespace npusim::import
