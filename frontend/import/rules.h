// SPDX-License-Identifier: Apache-2.0
// One rule per ONNX operator: reads the node, refuses what cannot be exact, adds a layer or binds
// the result to a tensor that exists already. The families are the source files rules_*.cpp.
#pragma once

#include <string>
#include <vector>

#include "frontend/import/node_context.h"

namespace npusim::import {

// rules_conv.cpp
void import_conv(NodeContext& node);
void import_gemm(NodeContext& node);
// rules_elementwise.cpp
void import_add(NodeContext& node);
void import_batch_normalization(NodeContext& node);
void import_clip(NodeContext& node);
void import_relu(NodeContext& node);
// rules_pool.cpp
void import_average_pool(NodeContext& node);
void import_global_average_pool(NodeContext& node);
void import_global_max_pool(NodeContext& node);
void import_max_pool(NodeContext& node);
// rules_layout.cpp
void import_dropout(NodeContext& node);
void import_flatten(NodeContext& node);
void import_identity(NodeContext& node);
void import_pad(NodeContext& node);
void import_reshape(NodeContext& node);
void import_softmax(NodeContext& node);
void import_squeeze(NodeContext& node);
void import_unsqueeze(NodeContext& node);
// rules_constant.cpp
void import_concat(NodeContext& node);
void import_constant(NodeContext& node);
void import_gather(NodeContext& node);
void import_shape(NodeContext& node);

struct OperatorRule {
  const char* op_type;
  void (*import)(NodeContext&);
  const char* becomes;
  const char* limits;
};

/// Sorted by op_type.
const std::vector<OperatorRule>& operator_rules();

/// Null where the operator is not supported.
const OperatorRule* find_rule(const onnx::NodeProto& node);

}  // namespace npusim::import
