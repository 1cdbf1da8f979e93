// SPDX-License-Identifier: Apache-2.0
// The vector unit's rules on whole rows of channels, equal bit for bit to elementwise.h.
#pragma once

#include <cstdint>

#include "sim/arith/fixed_point.h"
#include "sim/arith/requantize_rows.h"

namespace npusim::arith {

/// Rule 12 on `count` elements: out = add_code(a, z_a, m_a, b, z_b, m_b, ...). scale.shift in
/// [0, 63], multipliers in [0, 2^20). out may be a or b.
void add_elements(const std::int8_t* a, std::int32_t z_a, const std::int8_t* b, std::int32_t z_b,
                  const AddScale& scale, const OutputCode& output, std::int64_t count,
                  std::int8_t* out);

/// sums[c] = sum over the cells of cells[i][c] - zero_point (the accumulator of rule 11).
/// cells: `count` pointers to `channels` values each; count < 2^22.
void sum_cells(const std::int8_t* const* cells, std::int64_t count, std::int32_t zero_point,
               std::int64_t channels, std::int32_t* sums);

/// out[c] = the largest of cells[i][c], clamped to [low, high]; count >= 1.
void max_cells(const std::int8_t* const* cells, std::int64_t count, std::int32_t low,
               std::int32_t high, std::int64_t channels, std::int8_t* out);

}  // namespace npusim::arith
