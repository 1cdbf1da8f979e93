// SPDX-License-Identifier: Apache-2.0
// What lies at which addresses of a Program's memories.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/isa/contents.h"
#include "sim/isa/program.h"

namespace npusim::isa {

/// Bytes [begin, end) of the DRAM.
struct DramRange {
  enum class Kind : std::uint8_t {
    parameters,    // of a layer
    unread,        // of the image, that no instruction reads
    tensor,        // in DRAM; those of several images may share a place
    instructions,  // the stream
    free,          // nothing
  };
  Kind kind = Kind::free;
  std::uint64_t begin = 0, end = 0;
  ImagePart part;            // of parameters
  std::uint32_t tensor = 0;  // of a tensor
};
const char* dram_range_name(DramRange::Kind kind);  // "parameters", "unread", ...

/// Every byte of the DRAM at least once, in ascending order of addresses. The Program is verified.
std::vector<DramRange> dram_map(const Program& program);

/// Where a tensor lies in the activation scratchpad, or the pieces of one that lives in DRAM.
struct ActivationRange {
  std::uint32_t tensor = 0;
  std::uint64_t begin = 0, end = 0;                         // from the first to the last byte
  std::size_t first_instruction = 0, last_instruction = 0;  // that write or read it
};

/// In the order in which they are first written. The Program is verified.
std::vector<ActivationRange> activation_map(const Program& program);

/// Addresses of [0, bytes) that no range covers, as (begin, end).
std::vector<std::pair<std::uint64_t, std::uint64_t>> unused_bytes(
    const std::vector<ActivationRange>& ranges, std::uint64_t bytes);

}  // namespace npusim::isa
