// SPDX-License-Identifier: Apache-2.0
// Plain loops that the compiler vectorises: these operators move bytes, they are not worth more.
#include "sim/arith/vector_rows.h"

#include <algorithm>
#include <cstring>

namespace npusim::arith {

void add_elements(const std::int8_t* a, std::int32_t z_a, const std::int8_t* b, std::int32_t z_b,
                  const AddScale& scale, const OutputCode& output, std::int64_t count,
                  std::int8_t* out) {
  // |sum| <= 2 * 255 * (2^20 - 1) < 2^29, so a shift by 30 or more rounds all of it to 0.
  const int shift = std::min(scale.shift, 30);
  const std::int32_t half = shift == 0 ? 0 : std::int32_t{1} << (shift - 1);
  const OutputCode o = output;
  const AddScale s = scale;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int32_t sum = (a[i] - z_a) * s.multiplier_a + (b[i] - z_b) * s.multiplier_b;
    const std::int32_t sign = sum < 0 ? -1 : 0;
    const std::int32_t magnitude = (((sum ^ sign) - sign) + half) >> shift;
    const std::int32_t code = ((magnitude ^ sign) - sign) + o.zero_point;
    out[i] = static_cast<std::int8_t>(std::min(std::max(code, o.low), o.high));
  }
}

void sum_cells(const std::int8_t* const* cells, std::int64_t count, std::int32_t zero_point,
               std::int64_t channels, std::int32_t* sums) {
  std::fill_n(sums, channels, -static_cast<std::int32_t>(count) * zero_point);
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int8_t* cell = cells[i];
    for (std::int64_t c = 0; c < channels; ++c) sums[c] += cell[c];
  }
}

void max_cells(const std::int8_t* const* cells, std::int64_t count, std::int32_t low,
               std::int32_t high, std::int64_t channels, std::int8_t* out) {
  std::memcpy(out, cells[0], static_cast<std::size_t>(channels));
  for (std::int64_t i = 1; i < count; ++i) {
    const std::int8_t* cell = cells[i];
    for (std::int64_t c = 0; c < channels; ++c) out[c] = std::max(out[c], cell[c]);
  }
  const auto low_code = static_cast<std::int8_t>(low);
  const auto high_code = static_cast<std::int8_t>(high);
  for (std::int64_t c = 0; c < channels; ++c) {
    out[c] = std::min(std::max(out[c], low_code), high_code);
  }
}

}  // namespace npusim::arith
