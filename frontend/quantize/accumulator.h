// SPDX-License-Identifier: Apache-2.0
// What an accumulator can reach, proved for every input (rule 7 of docs/arithmetic.md).
#pragma once

#include <cstdint>
#include <vector>

#include "frontend/graph/quantized_graph.h"

namespace npusim::quantize {

/// Every value that a running sum takes lies in [least, greatest].
struct AccumulatorRange {
  std::int64_t least = 0;
  std::int64_t greatest = 0;
};

/// The range of all prefixes of `bias + sum_k (codes[k] - zero_point) * x[k]`, k ascending, each
/// x[k] any value of [input.low, input.high], least and greatest reached by some input. k is the
/// order in which the machine adds: kernel row, kernel column, input channel; one running sum that
/// begins at the bias. |bias| <= 2^62, count below 2^40.
AccumulatorRange accumulator_range(std::int64_t bias, const std::int8_t* codes, std::int64_t count,
                                   const graph::Clamps& input, std::int32_t zero_point = 0);

/// The same with a range for each x[k]: `inputs` holds `count`.
AccumulatorRange accumulator_range(std::int64_t bias, const std::int8_t* codes, std::int64_t count,
                                   const std::vector<graph::Clamps>& inputs,
                                   std::int32_t zero_point = 0);

/// The smallest P with [least, greatest] in [-2^(P-1), 2^(P-1) - 1].
int signed_bits(const AccumulatorRange& range);

}  // namespace npusim::quantize
