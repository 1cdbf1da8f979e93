// SPDX-License-Identifier: Apache-2.0
// Weights that the model brings as codes and scales: what of them a scheme's hardware can carry.
// The codes are never rounded again. Internal to quantize_graph.
#pragma once

#include <optional>
#include <string>

#include "frontend/graph/graph.h"
#include "frontend/quantize/scheme.h"
#include "sim/base/errors.h"

namespace npusim::quantize {

/// The model's scales in the form of the scheme:
///   per_channel   any: one per channel
///   shift_scaler  where each is the largest one times 2^-s, s within the channel shift field
///   per_layer     where all are equal
/// to 2^-20 of the largest, which then stands for all (scales of a model are computed in float).
/// For the last two, channels whose codes all equal the zero point do not count: they contribute
/// nothing but their bias. Otherwise nothing, and the reason in `errors`, naming the layer.
std::optional<WeightScales> carry_scales(const std::string& layer, const graph::GivenWeights& given,
                                         const WeightScheme& scheme, std::int64_t channels,
                                         base::ErrorList& errors);

/// The bias of a channel in accumulator steps of size `unit` = s_x * s_w * 2^-s_c, not rounded: the
/// code itself where the bias has that scale (both are products of floats: to 2^-20), else
/// bias_scale * code / unit.
double given_bias(const graph::GivenWeights& given, std::size_t channel, double unit);

}  // namespace npusim::quantize
