// SPDX-License-Identifier: Apache-2.0
// What the processor can multiply and add at most, for the instruction that the kernels of a target
// use: the yardstick of every rate, and, repeated, of how loaded the machine is.
#pragma once

#include <cstdint>

namespace npusim::bench {

/// Multiply-adds of int8 values that one call makes, all in registers, on the target in use
/// (arith::use_simd_target).
std::int64_t multiply_add_peak();

}  // namespace npusim::bench
