// SPDX-License-Identifier: Apache-2.0
// Which program computed something.
#pragma once

#include <cstdint>

namespace npusim::cache {

/// XXH3 of the bytes of the running program's file; 0 where they cannot be read. Read once.
std::uint64_t executable_hash();

/// The same with the libraries that are loaded, by path, size and time: another decoder of pictures
/// is another program. 0 where the executable cannot be read.
std::uint64_t program_identity();

}  // namespace npusim::cache
