// SPDX-License-Identifier: Apache-2.0
#include "frontend/quantize/operators.h"

#include <algorithm>
#include <set>

#include "frontend/graph/lookup_function.h"
#include "frontend/quantize/activation.h"
#include "sim/arith/elementwise.h"
#include "sim/arith/fixed_point.h"

namespace npusim::quantize {
namespace {

constexpr std::int64_t kMaxCells = (std::int64_t{1} << 22) - 1;  // arith::average_code's limit

void check_shift(const std::string& name, std::int32_t shift, base::ErrorList& errors) {
  if (shift >= arith::kMinShift && shift <= arith::kMaxShift) return;
  errors.add("layer '" + name + "'", "requantization shift", std::to_string(shift),
             std::to_string(arith::kMinShift) + " to " + std::to_string(arith::kMaxShift) +
                 " (ratio of input and output scales)");
}

graph::FixedPoint fixed_point(const std::string& name, double factor, std::int32_t bits,
                              base::ErrorList& errors) {
  const arith::FixedPoint result = arith::to_fixed_point(factor, bits);
  check_shift(name, result.shift, errors);
  return {result.multiplier, result.shift};
}

// How many of the window's cells along one axis lie inside the input, for each output position.
std::set<std::int64_t> inside_counts(std::int64_t outputs, std::int64_t inputs, std::int64_t kernel,
                                     std::int64_t stride, std::int64_t dilation,
                                     std::int64_t pad_before) {
  std::set<std::int64_t> counts;
  for (std::int64_t o = 0; o < outputs; ++o) {
    std::int64_t count = 0;
    for (std::int64_t i = 0; i < kernel; ++i) {
      const std::int64_t at = o * stride - pad_before + i * dilation;
      count += at >= 0 && at < inputs ? 1 : 0;
    }
    counts.insert(count);
  }
  return counts;
}

}  // namespace

graph::QuantizedAdd quantize_add(const std::string& name, double s_a, double s_b, double s_y,
                                 base::ErrorList& errors) {
  const arith::AddScale scale = arith::to_add_scale(s_a / s_y, s_b / s_y);
  check_shift(name, scale.shift, errors);
  return {scale.multiplier_a, scale.multiplier_b, scale.shift};
}

graph::QuantizedMul quantize_mul(const std::string& name, double s_a, double s_b, double s_y,
                                 std::int32_t multiplier_bits, base::ErrorList& errors) {
  return {fixed_point(name, s_a * s_b / s_y, multiplier_bits, errors)};
}

graph::QuantizedConcat quantize_concat(const std::string& name, const std::vector<double>& s_x,
                                       double s_y, base::ErrorList& errors) {
  graph::QuantizedConcat result;
  for (const double s : s_x) {
    const arith::AddScale scale = arith::to_add_scale(s / s_y, s / s_y);
    check_shift(name, scale.shift, errors);
    result.scales.push_back({scale.multiplier_a, scale.shift});
  }
  return result;
}

std::vector<std::int64_t> average_divisors(const graph::Pool& pool, const graph::Shape& input,
                                           const graph::Shape& output) {
  const graph::Window& w = pool.window;
  if (pool.count_include_pad) return {w.kernel_h * w.kernel_w};
  const auto rows =
      inside_counts(output.height, input.height, w.kernel_h, w.stride_h, w.dilation_h, w.pad_top);
  const auto columns =
      inside_counts(output.width, input.width, w.kernel_w, w.stride_w, w.dilation_w, w.pad_left);
  std::set<std::int64_t> divisors;
  for (const std::int64_t row : rows) {
    for (const std::int64_t column : columns) divisors.insert(row * column);
  }
  return {divisors.begin(), divisors.end()};
}

graph::QuantizedPool quantize_pool(const std::string& name, const graph::Pool& pool,
                                   const graph::Shape& input, const graph::Shape& output,
                                   double s_x, double s_y, std::int32_t multiplier_bits,
                                   base::ErrorList& errors) {
  graph::QuantizedPool result{pool.kind, pool.window, pool.count_include_pad, {}};
  if (pool.kind == graph::PoolKind::max) return result;
  for (const std::int64_t divisor : average_divisors(pool, input, output)) {
    if (divisor < 1 || divisor > kMaxCells) {
      errors.add("layer '" + name + "'", "cells of an average pooling window",
                 std::to_string(divisor), "1 to " + std::to_string(kMaxCells));
      continue;
    }
    const double factor = s_x / (s_y * static_cast<double>(divisor));
    result.scales.push_back({divisor, fixed_point(name, factor, multiplier_bits, errors)});
  }
  return result;
}

graph::QuantizedLookup quantize_lookup(const graph::Lookup& lookup,
                                       const graph::TensorQuantization& input,
                                       const graph::TensorQuantization& output,
                                       const graph::Clamps& clamps) {
  graph::QuantizedLookup result;
  for (std::int32_t code = kMinCode; code <= kMaxCode; ++code) {
    const double x = input.scale * static_cast<double>(code - input.zero_point);
    result.table.push_back(arith::quantize(graph::evaluate(lookup, x), output.scale,
                                           output.zero_point, clamps.low, clamps.high));
  }
  return result;
}

}  // namespace npusim::quantize
