// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "frontend/import/onnx_importer.h"
#include "frontend/import/rules.h"

namespace npusim::import {

const std::vector<OperatorRule>& operator_rules() {
  static const std::vector<OperatorRule> rules = {
      {"Add", import_add, "add; batch_norm with a constant",
       "two activations of equal shape, or one and a constant: a scalar or one value per channel"},
      {"AveragePool", import_average_pool, "pool",
       "2-D; ceil_mode only where the last window starts on the input, and not together with "
       "count_include_pad where it widens"},
      {"BatchNormalization", import_batch_normalization, "batch_norm",
       "inference form with constant parameters; behind a flattened map only where they do not "
       "vary over height and width"},
      {"Cast", import_cast, "nothing",
       "of activations to FLOAT, FLOAT16, BFLOAT16 or DOUBLE, of constants also to INT8, UINT8, "
       "INT32 or INT64"},
      {"Clip", import_clip, "clamp", "constant min and max, min <= max"},
      {"Concat", import_concat, "concat", "over channels; of constants: lists of integers"},
      {"Constant", import_constant, "folded", "tensors and numbers, no strings or sparse tensors"},
      {"ConstantOfShape", import_constant_of_shape, "folded", "constant shape"},
      {"Conv", import_conv, "conv, depthwise_conv", "2-D, constant weights and bias"},
      {"DequantizeLinear", import_dequantize_linear, "the floats of a constant, or nothing",
       "int8 and uint8, and int32 of a constant; of what a QuantizeLinear of the same scale and "
       "zero point made"},
      {"Div", import_div, "batch_norm", "by a constant other than 0, one value per channel"},
      {"Dropout", import_dropout, "nothing", "not in training mode, mask unused"},
      {"Elu", import_elu, "lookup", ""},
      {"Flatten", import_flatten, "nothing", "dimensions must stay whole axes"},
      {"Gather", import_gather, "conv that picks channels",
       "over the channels; of constants: lists of integers"},
      {"Gemm", import_gemm, "gemm",
       "constant B and C, transA = 0, C of one value or one per output"},
      {"GlobalAveragePool", import_global_average_pool, "pool", ""},
      {"GlobalMaxPool", import_global_max_pool, "pool", ""},
      {"HardSigmoid", import_hard_sigmoid, "lookup", ""},
      {"HardSwish", import_hard_swish, "lookup", ""},
      {"Identity", import_identity, "nothing", ""},
      {"LeakyRelu", import_leaky_relu, "lookup", ""},
      {"MatMul", import_mat_mul, "gemm; conv where each position of a map is multiplied",
       "constant right operand of 2 dimensions"},
      {"Max", import_max, "clamp", "of one activation and constants of one value"},
      {"MaxPool", import_max_pool, "pool",
       "2-D, indices unused; ceil_mode only where the last window starts on the input"},
      {"Min", import_min, "clamp", "as Max"},
      {"Mul", import_mul, "mul; batch_norm with a constant",
       "two activations of equal shape, or one of them [1, C, 1, 1]; constants as for Add"},
      {"Neg", import_neg, "batch_norm", ""},
      {"PRelu", import_prelu, "lookup; with a slope per channel clamp, batch_norm and add",
       "constant slope, one value or one per channel"},
      {"Pad", import_pad, "pad",
       "constant mode, over height and width only, no cropping; a value other than 0 only before a "
       "MaxPool where it cannot win"},
      {"QuantizeLinear", import_quantize_linear,
       "the codes of a constant, or the scale of a layer's output; a second scale becomes a lookup",
       "int8 and uint8, constant scale and zero point; one of each for tensors that are no "
       "constants"},
      {"ReduceMax", import_reduce_max, "pool", "over height, width or both"},
      {"ReduceMean", import_reduce_mean, "pool", "over height, width or both"},
      {"ReduceSum", import_reduce_sum, "pool and batch_norm", "over height, width or both"},
      {"Relu", import_relu, "clamp", ""},
      {"Reshape", import_reshape, "nothing; conv at the end of a channel shuffle",
       "shape known at import; dimensions must stay whole axes or runs of them, but for a channel "
       "shuffle"},
      {"Selu", import_selu, "lookup", ""},
      {"Shape", import_shape, "folded", ""},
      {"Sigmoid", import_sigmoid, "lookup", ""},
      {"Slice", import_slice, "conv that picks channels",
       "over the channels; of constants: lists of integers"},
      {"Softmax", import_softmax, "nothing: the outputs are logits",
       "over the classes, at the end of the model only"},
      {"Softplus", import_softplus, "lookup", ""},
      {"Split", import_split, "conv that picks channels, for each output", "over the channels",
       true},
      {"Sqrt", import_sqrt, "folded", "of constants only"},
      {"Squeeze", import_squeeze, "nothing", ""},
      {"Sub", import_sub, "batch_norm and add; batch_norm with a constant", "as Add"},
      {"Sum", import_sum, "add",
       "activations of equal shape; a constant only where there are two operands"},
      {"Tanh", import_tanh, "lookup", ""},
      {"Transpose", import_transpose, "nothing", ""},
      {"Unsqueeze", import_unsqueeze, "nothing", ""},
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
