// SPDX-License-Identifier: Apache-2.0
// One rule per ONNX operator: reads the node, refuses what cannot be exact, adds a layer or binds
// the result to a tensor that exists already. The families are the source files rules_*.cpp.
#pragma once

#include <limits>
#include <string>
#include <vector>

#include "frontend/import/node_context.h"

namespace npusim::import {

inline constexpr double kInfinity = std::numeric_limits<double>::infinity();

// rules_arithmetic.cpp
void import_add(NodeContext& node);
void import_div(NodeContext& node);
void import_max(NodeContext& node);
void import_min(NodeContext& node);
void import_mul(NodeContext& node);
void import_neg(NodeContext& node);
void import_sub(NodeContext& node);
void import_sum(NodeContext& node);
// rules_channels.cpp
void import_gather(NodeContext& node);
void import_slice(NodeContext& node);
void import_split(NodeContext& node);
// rules_conv.cpp
void import_conv(NodeContext& node);
void import_gemm(NodeContext& node);
void import_mat_mul(NodeContext& node);
// rules_elementwise.cpp
void import_batch_normalization(NodeContext& node);
void import_clip(NodeContext& node);
void import_elu(NodeContext& node);
void import_hard_sigmoid(NodeContext& node);
void import_hard_swish(NodeContext& node);
void import_leaky_relu(NodeContext& node);
void import_prelu(NodeContext& node);
void import_relu(NodeContext& node);
void import_selu(NodeContext& node);
void import_sigmoid(NodeContext& node);
void import_softplus(NodeContext& node);
void import_tanh(NodeContext& node);
// rules_pool.cpp
void import_average_pool(NodeContext& node);
void import_global_average_pool(NodeContext& node);
void import_global_max_pool(NodeContext& node);
void import_max_pool(NodeContext& node);
void import_reduce_max(NodeContext& node);
void import_reduce_mean(NodeContext& node);
void import_reduce_sum(NodeContext& node);
// rules_layout.cpp
void import_concat(NodeContext& node);
void import_dropout(NodeContext& node);
void import_flatten(NodeContext& node);
void import_identity(NodeContext& node);
void import_pad(NodeContext& node);
void import_reshape(NodeContext& node);
void import_softmax(NodeContext& node);
void import_squeeze(NodeContext& node);
void import_transpose(NodeContext& node);
void import_unsqueeze(NodeContext& node);
// rules_quantize.cpp
void import_dequantize_linear(NodeContext& node);
void import_quantize_linear(NodeContext& node);
/// Of a node whose input `index` is a QuantizeLinear's codes, before any DequantizeLinear.
bool reads_codes(const NodeContext& node, int index, const std::string& what);
/// Codes of fewer than 8 bits, as exporters write them.
void import_clip_of_codes(NodeContext& node);
// rules_constant.cpp
void import_cast(NodeContext& node);
void import_constant(NodeContext& node);
void import_constant_of_shape(NodeContext& node);
void import_shape(NodeContext& node);
void import_sqrt(NodeContext& node);

// What rules_constant.cpp does for the others where all inputs are constants.
/// Add, Sub, Mul, Div; both integers, or both floats.
void fold_arithmetic(NodeContext& node);
/// Of lists of integers.
void fold_concat(NodeContext& node);
void fold_reshaped(NodeContext& node, const onnx::TensorProto& tensor, const Dims& dims);
void fold_transposed(NodeContext& node, const onnx::TensorProto& tensor, const Dims& permutation);

struct OperatorRule {
  const char* op_type;
  void (*import)(NodeContext&);
  const char* becomes;
  const char* limits;
  bool has_many_outputs = false;  // else only the first may be read
};

/// Sorted by op_type.
const std::vector<OperatorRule>& operator_rules();

/// Null where the operator is not supported.
const OperatorRule* find_rule(const onnx::NodeProto& node);

}  // namespace npusim::import
