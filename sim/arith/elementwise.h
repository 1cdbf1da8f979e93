// SPDX-License-Identifier: Apache-2.0
// The integer rules of the vector unit (rules 11 to 13) and of quantizing a real value (rule 10).
// z_x, z_a, z_b, z_y are zero points; codes are int8; low and high are the output's clamps.
#pragma once

#include <cstdint>

#include "sim/arith/requantize.h"
#include "sim/arith/rounding.h"

namespace npusim::arith {

/// Rule 10, a real value to a code: clamp(z + rne(real / scale), low, high). scale > 0.
inline std::int8_t quantize(double real, double scale, std::int32_t zero_point, std::int32_t low,
                            std::int32_t high) {
  return static_cast<std::int8_t>(rne_clamped(real / scale, low - zero_point, high - zero_point) +
                                  zero_point);
}

/// Rule 11: clamp(z_y + round_shift((sum - n * z_x) * multiplier, shift), low, high), the sum over
/// the n real cells of the window. multiplier * 2^-shift = s_x / (s_y * divisor). n < 2^22.
constexpr std::int8_t average_code(std::int64_t sum, std::int64_t cells, std::int32_t z_x,
                                   std::int32_t multiplier, int shift, std::int32_t z_y,
                                   std::int32_t low, std::int32_t high) {
  return to_code(round_shift((sum - cells * z_x) * multiplier, shift), z_y, low, high);
}

/// Rule 12: clamp(z_y + round_shift((a - z_a) * m_a + (b - z_b) * m_b, shift), low, high).
/// m_a, m_b in [0, 2^20), shift in [0, 63]: the sum stays below 2^29.
constexpr std::int8_t add_code(std::int8_t a, std::int32_t z_a, std::int32_t m_a, std::int8_t b,
                               std::int32_t z_b, std::int32_t m_b, int shift, std::int32_t z_y,
                               std::int32_t low, std::int32_t high) {
  const std::int64_t sum = std::int64_t{a - z_a} * m_a + std::int64_t{b - z_b} * m_b;
  return to_code(round_shift(sum, shift), z_y, low, high);
}

/// Rule 13: clamp(z_y + round_shift((a - z_a) * (b - z_b) * multiplier, shift), low, high).
constexpr std::int8_t mul_code(std::int8_t a, std::int32_t z_a, std::int8_t b, std::int32_t z_b,
                               std::int32_t multiplier, int shift, std::int32_t z_y,
                               std::int32_t low, std::int32_t high) {
  const std::int64_t product = std::int64_t{a - z_a} * (b - z_b);
  return to_code(round_shift(product * multiplier, shift), z_y, low, high);
}

/// One input of a concatenation, Add with one operand:
/// clamp(z_y + round_shift((a - z_a) * multiplier, shift), low, high).
constexpr std::int8_t rescale_code(std::int8_t a, std::int32_t z_a, std::int32_t multiplier,
                                   int shift, std::int32_t z_y, std::int32_t low,
                                   std::int32_t high) {
  return to_code(round_shift(std::int64_t{a - z_a} * multiplier, shift), z_y, low, high);
}

/// Index of a code in its 256-entry table. The entry itself is
/// quantize(f(s_x * (code - z_x)), s_y, z_y, low, high).
constexpr int table_index(std::int8_t code) { return code + 128; }

}  // namespace npusim::arith
