// SPDX-License-Identifier: Apache-2.0
// SHA-256 (FIPS 180-4) of output tensors: so that two reports show whether the values are the same.
#pragma once

#include <cstddef>
#include <string>

namespace npusim::report {

/// 64 lower-case hex digits.
std::string sha256_hex(const void* data, std::size_t bytes);

}  // namespace npusim::report
