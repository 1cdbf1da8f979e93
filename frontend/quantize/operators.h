// SPDX-License-Identifier: Apache-2.0
// Integer parameters of the operators without weights (rules 11 to 13). Internal to quantize_graph.
//
// Every function adds to `errors` what cannot be expressed, as `layer 'NAME': ...`; its result is
// then useless. s_x, s_a, s_b are scales of inputs, s_y of the output.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "frontend/graph/graph.h"
#include "frontend/graph/quantized_graph.h"
#include "sim/base/errors.h"

namespace npusim::quantize {

/// Rule 12: both factors s_a / s_y and s_b / s_y with one common shift.
graph::QuantizedAdd quantize_add(const std::string& name, double s_a, double s_b, double s_y,
                                 base::ErrorList& errors);

/// Rule 13: M = s_a * s_b / s_y.
graph::QuantizedMul quantize_mul(const std::string& name, double s_a, double s_b, double s_y,
                                 std::int32_t multiplier_bits, base::ErrorList& errors);

/// Rule 13: each input as Add with one operand.
graph::QuantizedConcat quantize_concat(const std::string& name, const std::vector<double>& s_x,
                                       double s_y, base::ErrorList& errors);

/// Rule 11: for average pooling M = s_x / (s_y * divisor) for every divisor of average_divisors.
graph::QuantizedPool quantize_pool(const std::string& name, const graph::Pool& pool,
                                   const graph::Shape& input, const graph::Shape& output,
                                   double s_x, double s_y, std::int32_t multiplier_bits,
                                   base::ErrorList& errors);

/// The distinct divisors of an average pooling, ascending: the whole window with
/// count_include_pad, else the number of cells inside the input of each window (0 for a window of
/// padding only).
std::vector<std::int64_t> average_divisors(const graph::Pool& pool, const graph::Shape& input,
                                           const graph::Shape& output);

/// Rule 13: table[code + 128] = clamp(z_y + rne(f(s_x * (code - z_x)) / s_y), low, high).
graph::QuantizedLookup quantize_lookup(const graph::Lookup& lookup,
                                       const graph::TensorQuantization& input,
                                       const graph::TensorQuantization& output,
                                       const graph::Clamps& clamps);

}  // namespace npusim::quantize
