// SPDX-License-Identifier: Apache-2.0
// How many accesses of a scratchpad things take (sections 4, 7 and 8).
#pragma once

#include <cstdint>
#include <vector>

#include "sim/config/hardware_config.h"
#include "sim/isa/instruction.h"

namespace npusim::oracle {

/// Words of the activation scratchpad that hold a byte of [address, address + bytes).
std::int64_t words_of(const config::HardwareConfig& hardware, std::int64_t address,
                      std::int64_t bytes);
/// Accesses of the activation scratchpad for that range.
std::int64_t activation_accesses(const config::HardwareConfig& hardware, std::int64_t address,
                                 std::int64_t bytes);
std::int64_t weight_accesses(const config::HardwareConfig& hardware, std::int64_t bytes);
/// The same for writing it: what covers a protected word in part reads that first.
std::int64_t activation_write_accesses(const config::HardwareConfig& hardware, std::int64_t address,
                                       std::int64_t bytes);
std::int64_t weight_write_accesses(const config::HardwareConfig& hardware, std::int64_t address,
                                   std::int64_t bytes);

/// D_a and D_w: how much later than its access a read's data is there.
std::int64_t activation_decode(const config::HardwareConfig& hardware);
std::int64_t weight_decode(const config::HardwareConfig& hardware);

/// The two streams of an instruction of the requantization lanes or the vector unit.
struct Streams {
  std::int64_t parameters = 0;  // accesses of the weight scratchpad
  std::int64_t main = 0;        // accesses of the activation scratchpad
};
Streams streams_of(const config::HardwareConfig& hardware, const isa::Instruction& instruction);

/// A DMA instruction's bursts, in order.
struct Piece {
  std::uint64_t dram_address = 0;
  std::int64_t local_address = 0;
  std::int64_t bytes = 0;
};
std::vector<Piece> bursts_of(const config::HardwareConfig& hardware, const isa::Dma& dma);

}  // namespace npusim::oracle
