// SPDX-License-Identifier: Apache-2.0
// One layer with weights: codes, biases, requantization parameters (rules 2 to 8). Internal to
// quantize_graph.
#pragma once

#include <string>
#include <vector>

#include "frontend/graph/graph.h"
#include "frontend/graph/quantized_graph.h"
#include "frontend/quantize/options.h"
#include "frontend/quantize/quantize.h"
#include "sim/base/errors.h"

namespace npusim::quantize {

/// A layer and what surrounds it. References must outlive the call.
struct ConvProblem {
  const std::string& name;  // for errors
  const graph::Conv& conv;
  graph::TensorQuantization input;                // of the input tensor
  graph::Clamps input_codes;                      // the codes that the input tensor can hold
  graph::TensorQuantization output;               // of the output tensor
  const std::vector<double>& input_channel_mean;  // E[x] per channel of the input tensor
  // The codes that each channel of it can hold, within input_codes; none: those for all.
  const std::vector<graph::Clamps>* input_channel_codes = nullptr;
};

struct ConvSolution {
  graph::QuantizedConv conv;
  LayerSummary summary;  // but for `node`
};

/// `options.layers` are this layer's; its overrides are not read. Adds to `errors` what makes the
/// layer impossible on this hardware; the result is then useless. Neither depends on `threads`.
ConvSolution quantize_conv(const ConvProblem& problem, const QuantizationOptions& options,
                           const HardwareLimits& limits, base::ErrorList& errors, int threads = 1);

}  // namespace npusim::quantize
