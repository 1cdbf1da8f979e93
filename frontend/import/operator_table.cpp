// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "frontend/import/onnx_importer.h"
#include "frontend/import/rules.h"

namespace npusim::import {

const std::vector<OperatorRule>& operator_rules() {
  static const std::vector<OperatorRule> rules = {
      {"Add", import_add, "add; a constant addend becomes a batch_norm",
       "two tensors of equal shape, or one and a constant that is a scalar or one value per "
       "channel"},
      {"AveragePool", import_average_pool, "pool",
       "2-D; ceil_mode only where the last window starts on the input, and not together with "
       "count_include_pad where it widens"},
      {"BatchNormalization", import_batch_normalization, "batch_norm",
       "inference form with constant parameters; over features only where they come from a 1x1 "
       "map"},
      {"Clip", import_clip, "clamp", "constant min and max, min <= max"},
      {"Concat", import_concat, "folded", "of constant integers (shape arithmetic) only"},
      {"Constant", import_constant, "folded", "tensors and numbers, no strings or sparse tensors"},
      {"Conv", import_conv, "conv, depthwise_conv", "2-D, constant weights and bias"},
      {"Dropout", import_dropout, "nothing", "not in training mode, mask unused"},
      {"Flatten", import_flatten, "nothing", "to [1, C*H*W]"},
      {"Gather", import_gather, "folded", "of constant integers (shape arithmetic) only"},
      {"Gemm", import_gemm, "gemm",
       "constant B and C, transA = 0, C of one value or one per output"},
      {"GlobalAveragePool", import_global_average_pool, "pool", ""},
      {"GlobalMaxPool", import_global_max_pool, "pool", ""},
      {"Identity", import_identity, "nothing", ""},
      {"MaxPool", import_max_pool, "pool",
       "2-D, indices unused; ceil_mode only where the last window starts on the input"},
      {"Pad", import_pad, "pad",
       "constant mode, over height and width only, no cropping; a value other than 0 only before a "
       "MaxPool where it cannot win"},
      {"Relu", import_relu, "clamp", ""},
      {"Reshape", import_reshape, "nothing", "constant shape, to [1, C*H*W] or [1, C, H, W] only"},
      {"Shape", import_shape, "folded", ""},
      {"Softmax", import_softmax, "nothing: the outputs are logits",
       "over the classes, at the end of the model only"},
      {"Squeeze", import_squeeze, "nothing", "to [1, C*H*W], or of constant integers"},
      {"Unsqueeze", import_unsqueeze, "nothing", "to [1, C, 1, 1], or of constant integers"},
  };
  return rules;
}

const OperatorRule* find_rule(const onnx::NodeProto& node) {
  if (!node.domain().empty() && node.domain() != "ai.onnx") return nullptr;
  const auto& rules = operator_rules();
  const auto found = std::find_if(rules.begin(), rules.end(), [&](const OperatorRule& rule) {
    return node.op_type() == rule.op_type;
  });
  return found == rules.end() ? nullptr : &*found;
}

std::vector<SupportedOperator> supported_operators() {
  std::vector<SupportedOperator> rows;
  for (const OperatorRule& rule : operator_rules()) {
    rows.push_back({rule.op_type, rule.becomes, rule.limits});
  }
  return rows;
}

}  // namespace npusim::import
