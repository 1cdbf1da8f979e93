// SPDX-License-Identifier: Apache-2.0
// The codes that stand behind a layer's dequantized weights and bias.
#pragma once

#include <cstddef>
#include <optional>

#include "frontend/import/node_context.h"

namespace npusim::import {

/// Inputs 1 and 2 of a node, as its operator's description calls them.
struct WeightInputs {
  const char* weights;
  const char* bias;
  std::size_t out_axis;  // of the weights' dimensions
  std::size_t out_channels;
};

/// Nothing where the weights do not come from int8 or uint8 codes. codes_ohwi is in the file's
/// order. The bias is carried as codes where it comes from int32. Refused: scales along another
/// axis than the output channels.
std::optional<graph::GivenWeights> given_weights(const NodeContext& node,
                                                 const WeightInputs& inputs);

}  // namespace npusim::import
