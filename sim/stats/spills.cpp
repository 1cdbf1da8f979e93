// SPDX-License-Identifier: Apache-2.0
#include "sim/stats/spills.h"

#include <cstdint>
#include <iterator>
#include <map>

namespace npusim::stats {

std::vector<bool> spilled_tensors(const isa::Program& program) {
  std::map<std::uint64_t, std::size_t> by_address;  // layers' results in DRAM
  for (const isa::LayerInfo& layer : program.layers) {
    const isa::TensorInfo& tensor = program.tensors.at(layer.output_tensor);
    if (tensor.memory == isa::Memory::dram) by_address.emplace(tensor.address, layer.output_tensor);
  }
  std::vector<bool> spilled(program.tensors.size(), false);
  for (const isa::Instruction& instruction : program.instructions) {
    if (instruction.opcode != isa::Opcode::load_activations) continue;
    const std::uint64_t address = std::get<isa::Dma>(instruction.fields).dram_address;
    const auto behind = by_address.upper_bound(address);
    if (behind == by_address.begin()) continue;
    const auto& [begin, index] = *std::prev(behind);
    const auto bytes = static_cast<std::uint64_t>(program.tensors[index].elements());
    if (address < begin + bytes) spilled[index] = true;
  }
  // Images may share the place of a tensor, and what is true of one is so of all.
  const std::size_t tensors = program.image_tensors();
  for (std::size_t t = tensors; t < spilled.size(); ++t) spilled[t] = spilled[t - tensors];
  return spilled;
}

}  // namespace npusim::stats
