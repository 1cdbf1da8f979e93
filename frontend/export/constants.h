// SPDX-License-Identifier: Apache-2.0
// Weights and biases of a layer as ONNX has them. Internal to to_onnx.
#pragma once

#include <cstdint>
#include <vector>

#include "frontend/graph/quantized_graph.h"

namespace npusim::exporter {

/// s_w, or s_w * 2^-s_c for each output channel.
std::vector<double> weight_scales(const graph::QuantizedConv& conv);

/// s_x * (that).
std::vector<double> bias_scales(const graph::QuantizedConv& conv,
                                const graph::TensorQuantization& input);

/// [out][in][kernel_h][kernel_w]; of a gemm [out][in], its inputs in channel, height, width order
/// of the tensor that it reads.
std::vector<std::int8_t> weight_codes(const graph::QuantizedConv& conv, const graph::Shape& input);

/// The biases without -zero_point_in * sum_k (weight - weight_zero_point); they may not fit int32.
std::vector<std::int64_t> bias_codes(const graph::QuantizedConv& conv,
                                     const graph::TensorQuantization& input);

}  // namespace npusim::exporter
