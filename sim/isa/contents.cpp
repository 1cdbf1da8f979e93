// SPDX-License-Identifier: Apache-2.0
#include "sim/isa/contents.h"

#include <algorithm>

#include "sim/base/errors.h"
#include "sim/isa/work.h"

namespace npusim::isa {
namespace {

/// Whether the byte belongs to a run; for runs that are disjoint.
bool contains(const Region& region, std::uint64_t address) {
  std::uint64_t offset = address - region.address;
  const bool second_is_outer = region.stride2 >= region.stride1;
  const std::uint64_t outer_stride = second_is_outer ? region.stride2 : region.stride1;
  const std::uint64_t outer_count = second_is_outer ? region.count2 : region.count1;
  const std::uint64_t inner_stride = second_is_outer ? region.stride1 : region.stride2;
  const std::uint64_t inner_count = second_is_outer ? region.count1 : region.count2;
  if (outer_stride > 0 && outer_count > 1)
    offset -= std::min(offset / outer_stride, outer_count - 1) * outer_stride;
  if (inner_stride > 0 && inner_count > 1)
    offset -= std::min(offset / inner_stride, inner_count - 1) * inner_stride;
  return offset < region.bytes;
}

bool lies_in(const Region& part, const Region& whole) {
  return part.address >= whole.address && part.end() <= whole.end();
}

Space space_of(const TensorInfo& tensor) {
  return tensor.memory == Memory::dram ? Space::dram : Space::activation_scratchpad;
}

/// The entries that the record of an average pool says it has, found in the image.
int pool_entries(const Program& program, const Contents& contents, const Instruction& instruction) {
  const auto* pool = std::get_if<Pool>(&instruction.fields);
  if (pool == nullptr) return 0;
  int entries = 0;
  contents.visit_image_addresses(record_region(*pool, 0), [&](std::uint64_t begin, std::uint64_t) {
    if (begin < program.dram_image.size())
      entries = program.dram_image[static_cast<std::size_t>(begin)];
  });
  return entries;
}

}  // namespace

const char* parameter_name(Parameter parameter) {
  switch (parameter) {
    case Parameter::weights:
      return "weights";
    case Parameter::biases:
      return "biases";
    case Parameter::requantization:
      return "requantization";
    case Parameter::channel_shifts:
      return "channel shifts";
    case Parameter::channel_clamps:
      return "channel clamps";
    case Parameter::pooling:
      return "pooling";
    case Parameter::elementwise:
      return "elementwise";
  }
  throw base::InternalError("parameter_name: there is no parameter " +
                            std::to_string(static_cast<int>(parameter)));
}

std::vector<ParameterRead> parameter_reads(const Instruction& instruction, int pool_entries) {
  if (const auto* f = std::get_if<Preload>(&instruction.fields)) {
    return {{Parameter::weights, weights_region(*f)}, {Parameter::biases, bias_region(*f)}};
  }
  if (const auto* f = std::get_if<Requantize>(&instruction.fields)) {
    return {{Parameter::requantization, record_region(*f)},
            {Parameter::channel_shifts, shifts_region(*f)},
            {Parameter::channel_clamps, clamps_region(*f)}};
  }
  if (const auto* f = std::get_if<Pool>(&instruction.fields)) {
    return {{Parameter::pooling, record_region(*f, pool_entries)}};
  }
  if (const auto* f = std::get_if<Elementwise>(&instruction.fields)) {
    return {{Parameter::elementwise, record_region(*f)}};
  }
  return {};
}

std::optional<std::uint32_t> output_tensor(const Program& program, std::size_t instruction) {
  if (instruction >= program.origins.size()) return std::nullopt;
  const std::uint32_t layer = program.origins[instruction].layer;
  if (layer >= program.layers.size()) return std::nullopt;
  const std::uint32_t tensor = program.layers[layer].output_tensor;
  if (tensor >= program.tensors.size()) return std::nullopt;
  return tensor;
}

ImageParts image_parts(const Program& program) {
  ImageParts parts;
  Contents contents(program);
  const std::size_t image_layers = std::max<std::size_t>(1, program.image_layers());
  for (std::size_t i = 0; i < program.instructions.size(); ++i) {
    const Instruction& instruction = program.instructions[i];
    const std::uint32_t layer = i < program.origins.size() ? program.origins[i].layer : 0;
    const ImagePart of_layer{Parameter::weights, static_cast<std::uint32_t>(layer % image_layers)};
    const int entries = pool_entries(program, contents, instruction);
    for (const ParameterRead& read : parameter_reads(instruction, entries)) {
      contents.visit_image_addresses(read.region, [&](std::uint64_t begin, std::uint64_t end) {
        parts.assign(begin, end, {read.parameter, of_layer.layer});
      });
    }
    contents.take(i);
  }
  return parts;
}

Contents::Contents(const Program& program) : program_(program) {
  for (std::size_t t = 0; t < program.tensors.size(); ++t) {
    const TensorInfo& tensor = program.tensors[t];
    if (tensor.complete_after >= 0) continue;
    put(space_of(tensor), tensor_region(tensor), static_cast<std::uint32_t>(t));
  }
}

void Contents::put(Space space, const Region& region, std::optional<std::uint32_t> tensor,
                   bool in_place) {
  if (region.empty()) return;
  if (!tensor) return tensors(space).erase(region.address, region.end());
  // What is written of a tensor at its place makes that place the tensor's, but for results in the
  // place of their operand, which goes on holding what is not yet computed.
  const TensorInfo& info = program_.tensors[*tensor];
  const Region whole = tensor_region(info);
  const bool at_home =
      !in_place && space_of(info) == space && !whole.empty() && lies_in(region, whole);
  const Region& piece = at_home ? whole : region;
  tensors(space).assign(piece.address, piece.end(), {piece, *tensor});
}

void Contents::load_weights(const Dma& f) {
  const Region to = local_region(f);
  const Region from = dram_region(f);
  if (to.empty()) return;
  loaded_.erase(to.address, to.end());
  if (to.count1 > kMostWeightRuns || to.count2 > kMostWeightRuns / to.count1) return;
  for (std::uint64_t j = 0; j < to.count2; ++j) {
    for (std::uint64_t i = 0; i < to.count1; ++i) {
      const std::uint64_t begin = to.address + i * to.stride1 + j * to.stride2;
      const std::uint64_t image = from.address + i * from.stride1 + j * from.stride2;
      loaded_.assign(begin, begin + to.bytes, image - begin);
    }
  }
}

void Contents::take(std::size_t index) {
  const Instruction& instruction = program_.instructions[index];
  if (instruction.opcode == Opcode::load_weights) {
    if (const auto* dma = std::get_if<Dma>(&instruction.fields)) load_weights(*dma);
    return;
  }
  bool in_place = false;
  if (const auto* e = std::get_if<Elementwise>(&instruction.fields)) {
    in_place =
        e->out_address == e->a_address || (has_operand_b(*e) && e->out_address == e->b_address);
  }
  for (const ActivationAccess& access : activation_accesses(program_, *this, index)) {
    if (access.is_write) {
      put(Space::activation_scratchpad, access.region, access.tensor, in_place);
    } else if (instruction.opcode == Opcode::store_activations) {
      put(Space::dram, dram_region(std::get<Dma>(instruction.fields)), access.tensor);
    }
  }
}

std::optional<std::uint32_t> Contents::tensor_at(Space space, std::uint64_t address) const {
  const Piece* piece = (space == Space::dram ? dram_ : activations_).find(address);
  if (piece == nullptr || !contains(piece->region, address)) return std::nullopt;
  return piece->tensor;
}

std::vector<ActivationAccess> activation_accesses(const Program& program, const Contents& contents,
                                                  std::size_t index) {
  const Instruction& instruction = program.instructions[index];
  const auto read = [&](const Region& region) {
    return ActivationAccess{false, region,
                            contents.tensor_at(Space::activation_scratchpad, region.address)};
  };
  const auto write = [&](const Region& region) {
    return ActivationAccess{true, region, output_tensor(program, index)};
  };
  if (const auto* f = std::get_if<Dma>(&instruction.fields)) {
    if (instruction.opcode == Opcode::store_activations) return {read(local_region(*f))};
    if (instruction.opcode != Opcode::load_activations) return {};
    return {{true, local_region(*f), contents.tensor_at(Space::dram, f->dram_address)}};
  }
  if (const auto* f = std::get_if<Matmul>(&instruction.fields)) return {read(input_region(*f))};
  if (const auto* f = std::get_if<Requantize>(&instruction.fields))
    return {write(output_region(*f))};
  if (const auto* f = std::get_if<Pool>(&instruction.fields))
    return {read(input_region(*f)), write(output_region(*f))};
  if (const auto* f = std::get_if<Elementwise>(&instruction.fields)) {
    if (!has_operand_b(*f)) return {read(a_region(*f)), write(output_region(*f))};
    return {read(a_region(*f)), read(b_region(*f)), write(output_region(*f))};
  }
  return {};
}

}  // namespace npusim::isa
