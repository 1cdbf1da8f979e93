// SPDX-License-Identifier: Apache-2.0
#include "frontend/quantize/accumulator.h"

#include <algorithm>

#include "frontend/quantize/weight_codes.h"

namespace npusim::quantize {
namespace {

template <typename InputOf>
AccumulatorRange range_of(std::int64_t bias, const std::int8_t* codes, std::int64_t count,
                          const InputOf& input_of, std::int32_t zero_point) {
  AccumulatorRange range{bias, bias};
  std::int64_t least = bias;
  std::int64_t greatest = bias;
  for (std::int64_t k = 0; k < count; ++k) {
    const std::int32_t weight = codes[k] - zero_point;
    const graph::Clamps& input = input_of(k);
    const std::int32_t at_low = weight * input.low;
    const std::int32_t at_high = weight * input.high;
    least += std::min(at_low, at_high);
    greatest += std::max(at_low, at_high);
    range.least = std::min(range.least, least);
    range.greatest = std::max(range.greatest, greatest);
  }
  return range;
}

}  // namespace

AccumulatorRange accumulator_range(std::int64_t bias, const std::int8_t* codes, std::int64_t count,
                                   const graph::Clamps& input, std::int32_t zero_point) {
  if (input.low > 0 || input.high < 0) {
    const auto same = [&](std::int64_t) -> const graph::Clamps& { return input; };
    return range_of(bias, codes, count, same, zero_point);
  }
  // Every input can be 0, so each term can only widen the range: the last prefix has it all.
  const CodeSums sums = code_sums(codes, count, zero_point);
  return {bias + sums.positive * input.low + sums.negative * input.high,
          bias + sums.positive * input.high + sums.negative * input.low};
}

AccumulatorRange accumulator_range(std::int64_t bias, const std::int8_t* codes, std::int64_t count,
                                   const std::vector<graph::Clamps>& inputs,
                                   std::int32_t zero_point) {
  const auto own = [&](std::int64_t k) -> const graph::Clamps& {
    return inputs.at(static_cast<std::size_t>(k));
  };
  return range_of(bias, codes, count, own, zero_point);
}

int signed_bits(const AccumulatorRange& range) {
  // ~v = -v - 1 needs as many bits as v.
  const auto magnitude = [](std::int64_t v) { return static_cast<std::uint64_t>(v < 0 ? ~v : v); };
  std::uint64_t widest = std::max(magnitude(range.least), magnitude(range.greatest));
  int bits = 1;
  for (; widest != 0; widest >>= 1) ++bits;
  return bits;
}

}  // namespace npusim::quantize
