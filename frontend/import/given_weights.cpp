// SPDX-License-Identifier: Apache-2.0
#include "frontend/import/given_weights.h"

#include <string>

namespace npusim::import {
namespace {

bool is_along(const QuantizedConstant& constant, std::size_t axis) {
  return constant.scales.size() == 1 || constant.axis == axis;
}

void add_bias(const QuantizedConstant& bias, std::size_t channels, graph::GivenWeights& given) {
  given.bias_codes = bias.codes_int32;
  given.bias_scales = bias.scales;
  if (bias.codes_int32.size() == 1) given.bias_codes.assign(channels, bias.codes_int32.front());
}

}  // namespace

std::optional<graph::GivenWeights> given_weights(const NodeContext& node,
                                                 const WeightInputs& inputs) {
  const QuantizedConstant* weights = node.quantized(1, inputs.weights);
  if (weights == nullptr || weights->codes.empty()) return std::nullopt;
  if (!is_along(*weights, inputs.out_axis)) {
    node.refuse(inputs.weights, "scales along axis " + std::to_string(weights->axis),
                "one scale, or scales along axis " + std::to_string(inputs.out_axis) +
                    ", the output channels");
  }
  graph::GivenWeights given;
  given.codes_ohwi = weights->codes;
  given.scales = weights->scales;
  given.zero_point = weights->zero_point;
  if (!node.has_input(2)) return given;
  const QuantizedConstant* bias = node.quantized(2, inputs.bias);
  if (bias != nullptr && !bias->codes_int32.empty()) add_bias(*bias, inputs.out_channels, given);
  return given;
}

}  // namespace npusim::import
