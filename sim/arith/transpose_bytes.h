// SPDX-License-Identifier: Apache-2.0
// Weights lie [output channel][k] in a network and [k][output channel] in the array's tiles.
#pragma once

#include <cstdint>

namespace npusim::arith {

/// to[j * to_stride + i] = from[i * from_stride + j] for i in [0, rows) and j in [0, columns).
/// Strides in bytes, at least as long as the rows of their side; the two sides do not overlap.
void transpose_bytes(const std::int8_t* from, std::int64_t from_stride, std::int64_t rows,
                     std::int64_t columns, std::int8_t* to, std::int64_t to_stride);

}  // namespace npusim::arith
