// SPDX-License-Identifier: Apache-2.0
// Which instruction set the kernels use. It never changes a result, only the time: every kernel is
// exact on every target, and the tests run them all.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace npusim::arith {

/// The targets this program has code for and this processor can run, best first (Highway's bits).
std::vector<std::int64_t> simd_targets();

/// Name of a target, such as "AVX2"; of the one in use where none is given.
std::string simd_target_name(std::int64_t target);
std::string simd_target_name();

/// Whether the one in use adds four products of bytes without saturating (VNNI). Elsewhere packed
/// weights say which products may be added in 16 bits (packed_weights.h).
bool has_exact_byte_products();

/// Makes all kernels of the process use this target (one of simd_targets()), or the best one with
/// 0. Not to be called while another thread is in a kernel. For tests and measurements.
void use_simd_target(std::int64_t target);

}  // namespace npusim::arith
