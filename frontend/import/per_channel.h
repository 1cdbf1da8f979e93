// SPDX-License-Identifier: Apache-2.0
// Constants that an operator combines with an activation: how ONNX broadcasts them, and what of it
// the graph can carry, which is one value per channel.
#pragma once

#include <string>
#include <vector>

#include "frontend/graph/graph.h"
#include "frontend/import/node_context.h"

namespace npusim::import {

/// One value per channel of `x` from `values` of the dimensions `dims`, aligned with x's from the
/// right. Refused (under the key `what`) where the dimensions do not broadcast to x's, or where the
/// values differ along height or width.
std::vector<float> per_channel(const NodeContext& node, const std::string& what,
                               const std::vector<float>& values, const Dims& dims,
                               const Activation& x);

/// The same of a constant input.
std::vector<float> per_channel(const NodeContext& node, int index, const std::string& what,
                               const Activation& x);

bool all_equal(const std::vector<float>& values);

/// y = scale * x + offset, per channel: folding it is exact.
graph::BatchNorm affine(std::vector<float> scale, std::vector<float> offset);

}  // namespace npusim::import
