// SPDX-License-Identifier: Apache-2.0
#include "sim/functional/machine_state.h"

#include <algorithm>
#include <cstring>

namespace npusim::functional {

void Dram::write(std::uint64_t address, const std::uint8_t* data, std::uint64_t bytes) {
  while (bytes > 0) {
    const std::uint64_t offset = address % kPageBytes;
    const std::uint64_t part = std::min(bytes, kPageBytes - offset);
    std::vector<std::uint8_t>& page = pages_[address / kPageBytes];
    if (page.empty()) page.resize(kPageBytes);
    std::memcpy(page.data() + offset, data, part);
    address += part;
    data += part;
    bytes -= part;
  }
}

void Dram::read(std::uint64_t address, std::uint8_t* data, std::uint64_t bytes) const {
  while (bytes > 0) {
    const std::uint64_t offset = address % kPageBytes;
    const std::uint64_t part = std::min(bytes, kPageBytes - offset);
    const auto page = pages_.find(address / kPageBytes);
    if (page == pages_.end()) {
      std::memset(data, 0, part);
    } else {
      std::memcpy(data, page->second.data() + offset, part);
    }
    address += part;
    data += part;
    bytes -= part;
  }
}

MachineState::MachineState(const isa::Program& program)
    : activations(static_cast<std::size_t>(program.hardware.activation_scratchpad.bytes)),
      weights(static_cast<std::size_t>(program.hardware.weight_scratchpad.bytes)),
      accumulators(static_cast<std::size_t>(program.hardware.mac_array.accumulator_rows *
                                            program.hardware.mac_array.columns)) {
  dram.write(0, program.dram_image.data(), program.dram_image.size());
}

}  // namespace npusim::functional
