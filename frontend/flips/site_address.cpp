// SPDX-License-Identifier: Apache-2.0
// Elements of layers as elements of instructions, and back.
#include <algorithm>
#include <string>

#include "frontend/flips/flipped_program.h"
#include "frontend/flips/instruction_codes.h"
#include "frontend/flips/spaces.h"
#include "sim/base/errors.h"
#include "sim/isa/records.h"

namespace npusim::flips {
namespace {

using faults::FaultKind;
using faults::FaultSite;
using faults::ParameterField;

std::int64_t row_bytes_of(const isa::Preload& f) {
  return static_cast<std::int64_t>(isa::weight_row_bytes(f.columns, f.weight_bits));
}

bool is_scale(const FaultSite& site) {
  return site.kind == FaultKind::parameters &&
         (site.field == ParameterField::multiplier || site.field == ParameterField::multiplier_b ||
          site.field == ParameterField::shift);
}

bool is_zero_point(const FaultSite& site) {
  return site.kind == FaultKind::parameters && site.field == ParameterField::zero_point;
}

bool is_bias(const FaultSite& site) {
  return site.kind == FaultKind::parameters && site.field == ParameterField::bias;
}

}  // namespace

// Where LOAD_WEIGHTS took the byte from that the instruction finds there.
std::uint64_t ProgramSites::image_address(std::size_t instruction, std::uint64_t local) const {
  for (std::size_t i = instruction; i-- > 0;) {
    if (program_.instructions[i].opcode != isa::Opcode::load_weights) continue;
    const auto address = dram_address(std::get<isa::Dma>(program_.instructions[i].fields), local);
    if (address) return *address;
  }
  throw base::InternalError("instruction " + std::to_string(instruction) + ": byte " +
                            std::to_string(local) + " of the weight scratchpad was never loaded");
}

std::vector<ImageRange> ProgramSites::image_ranges(FaultKind kind, std::int32_t layer) const {
  const compile::LayerWeights& weights = layout_.layers[static_cast<std::size_t>(layer)];
  std::vector<ImageRange> ranges;
  const auto add = [&](std::uint64_t base, std::int64_t begin, std::int64_t end) {
    if (begin < end)
      ranges.push_back(
          {base + static_cast<std::uint64_t>(begin), base + static_cast<std::uint64_t>(end)});
  };
  if (kind == FaultKind::weights) {
    for (const compile::WeightGroup& group : weights.groups) {
      for (const compile::WeightPiece& piece : group.pieces)
        add(piece.dram_address, 0, piece.bytes);
    }
    return ranges;
  }
  const bool is_conv = std::holds_alternative<graph::QuantizedConv>(graph_.node(layer).op);
  for (const compile::ParameterBlock& block : weights.parameters) {
    if (kind == FaultKind::shift_fields) {
      add(block.dram_address, block.shifts_offset, block.clamps_offset);
    } else if (is_conv) {
      add(block.dram_address, 0, block.shifts_offset);
      add(block.dram_address, block.bias_offset, block.bytes);
    } else {
      add(block.dram_address, 0, block.bytes);
    }
  }
  return ranges;
}

std::int64_t ProgramSites::block_begin(const FaultSite& site) const {
  std::int64_t begin = 0;
  for (const auto& block : layout_.layers[static_cast<std::size_t>(site.layer)].parameters) {
    if (block.channel_begin <= site.element) begin = block.channel_begin;
  }
  return begin;
}

std::optional<std::int64_t> ProgramSites::in_preload(const FaultSite& site, std::size_t i) const {
  const auto& f = std::get<isa::Preload>(program_.instructions[i].fields);
  if (is_bias(site)) {
    if (!f.load_bias) return std::nullopt;
    const std::uint64_t base = image_address(i, f.bias_address);
    const std::uint64_t address = parameter_addresses(site).front();
    if (address < base || address - base >= isa::kBiasBytes * f.columns) return std::nullopt;
    return static_cast<std::int64_t>((address - base) / isa::kBiasBytes);
  }
  int first_bit = 0;
  const std::uint64_t address = weight_address(site, first_bit);
  const std::uint64_t base = image_address(i, f.weights_address);
  const std::int64_t row_bytes = row_bytes_of(f);
  if (address < base) return std::nullopt;
  const auto offset = static_cast<std::int64_t>(address - base);
  const std::int64_t row = offset / row_bytes;
  if (row >= std::int64_t{f.k_end} - f.k_begin) return std::nullopt;
  return row * f.columns + (offset % row_bytes * 8 + first_bit) / f.weight_bits;
}

std::optional<std::int64_t> ProgramSites::in_requantize(const FaultSite& site,
                                                        std::size_t i) const {
  const auto& f = std::get<isa::Requantize>(program_.instructions[i].fields);
  if (is_scale(site) && !f.per_channel) return 0;
  const std::uint32_t local = is_scale(site) ? f.record_address : f.shifts_address;
  const std::int64_t entry = site.element - block_begin(site);
  std::uint64_t address = parameter_addresses(site).front();
  if (is_scale(site)) {
    address -= static_cast<std::uint64_t>(entry) * isa::kScaleRecordBytes +
               (site.field == ParameterField::shift ? 4U : 0U);
  }
  const std::int64_t column = entry - f.channel_begin;
  if (column < 0 || column >= f.columns || image_address(i, local) != address) return std::nullopt;
  return column;
}

std::optional<std::int64_t> ProgramSites::in_vector(const FaultSite& site, std::size_t i) const {
  const isa::Instruction& instruction = program_.instructions[i];
  const std::uint64_t address = parameter_addresses(site).front();
  if (std::holds_alternative<isa::Pool>(instruction.fields)) return site.element;
  const auto& f = std::get<isa::Elementwise>(instruction.fields);
  const std::uint64_t base = image_address(i, f.record_address);
  if (site.field == ParameterField::table) return site.element;
  const std::uint64_t bytes =
      f.operation == isa::ElementwiseOperation::add ? isa::kAddRecordBytes : isa::kScaleRecordBytes;
  if (address < base || address - base >= bytes) return std::nullopt;
  return 0;
}

std::optional<std::int64_t> ProgramSites::element_in(const FaultSite& site, std::size_t i) const {
  const isa::Instruction& instruction = program_.instructions[i];
  if (is_zero_point(site))
    return codes_of(instruction) ? std::optional<std::int64_t>(0) : std::nullopt;
  const bool is_loaded = site.kind == FaultKind::weights || is_bias(site);
  if (is_loaded != (instruction.opcode == isa::Opcode::preload)) return std::nullopt;
  switch (instruction.opcode) {
    case isa::Opcode::preload:
      return in_preload(site, i);
    case isa::Opcode::requantize:
      return in_requantize(site, i);
    case isa::Opcode::pool:
    case isa::Opcode::elementwise:
      return in_vector(site, i);
    default:
      return std::nullopt;
  }
}

InstructionElement ProgramSites::instruction_of(const FaultSite& site) const {
  if (!config::is_stored(site.kind)) return writer_of(site);
  for (const std::size_t i : instructions(site.layer)) {
    if (const auto element = element_in(site, i)) return {i, *element};
  }
  throw base::InternalError("layer '" + graph_.node(site.layer).name + "', element " +
                            std::to_string(site.element) + ": no instruction loads it");
}

std::optional<std::int32_t> ProgramSites::layer_of(std::size_t instruction) const {
  for (std::size_t node = 0; node < instructions_.size(); ++node) {
    const auto& own = instructions_[node];
    if (std::binary_search(own.begin(), own.end(), instruction))
      return static_cast<std::int32_t>(node);
  }
  return std::nullopt;
}

// The element of the tensor that the instruction writes there.
std::optional<std::int64_t> ProgramSites::written_element(std::int32_t layer,
                                                          const InstructionElement& at) const {
  const auto codes = codes_of(program_.instructions[at.instruction]);
  if (!codes || at.element >= codes->elements()) return std::nullopt;
  std::uint64_t address = codes->address_of(at.element);
  const isa::TensorInfo& tensor = this->tensor(layer);
  if (tensor.memory == isa::Memory::dram) {
    std::optional<std::uint64_t> stored;
    for (const std::size_t i : instructions(layer)) {
      if (i < at.instruction || program_.instructions[i].opcode != isa::Opcode::store_activations)
        continue;
      stored = dram_address(std::get<isa::Dma>(program_.instructions[i].fields), address);
      if (stored) break;
    }
    if (!stored) return std::nullopt;
    address = *stored;
  }
  return static_cast<std::int64_t>(address - tensor.address);
}

std::optional<std::int64_t> ProgramSites::preloaded_weight(std::int32_t layer,
                                                           const InstructionElement& at) const {
  const auto& f = std::get<isa::Preload>(program_.instructions[at.instruction].fields);
  const auto& conv = std::get<graph::QuantizedConv>(graph_.node(layer).op);
  const std::int64_t length =
      static_cast<std::int64_t>(conv.weights_ohwi.size()) / conv.out_channels;
  const std::uint64_t base = image_address(at.instruction, f.weights_address);
  if (at.element >= (std::int64_t{f.k_end} - f.k_begin) * f.columns) return std::nullopt;
  for (const auto& tile : layout_.layers[static_cast<std::size_t>(layer)].tiles) {
    for (const compile::WeightPart& part : tile.parts) {
      FaultSite first;
      first.layer = layer;
      first.element = tile.channel_begin * length + part.k_begin;
      int bit = 0;
      const std::uint64_t begin = weight_address(first, bit);
      const auto row_bytes = static_cast<std::int64_t>(
          isa::weight_row_bytes(static_cast<std::uint64_t>(tile.columns), f.weight_bits));
      const auto bytes = static_cast<std::uint64_t>((part.k_end - part.k_begin) * row_bytes);
      if (base < begin || base - begin >= bytes) continue;
      const std::int64_t k = part.k_begin + static_cast<std::int64_t>(base - begin) / row_bytes +
                             at.element / f.columns;
      return (tile.channel_begin + at.element % f.columns) * length + k;
    }
  }
  return std::nullopt;
}

std::optional<FaultSite> ProgramSites::site_of(FaultSite site, const InstructionElement& at) const {
  const auto layer = layer_of(at.instruction);
  if (!layer) return std::nullopt;
  site.layer = *layer;
  const isa::Instruction& instruction = program_.instructions[at.instruction];
  std::optional<std::int64_t> element;
  if (site.kind == FaultKind::activations) {
    element = written_element(*layer, at);
  } else if (site.kind == FaultKind::accumulators) {
    if (instruction.opcode == isa::Opcode::requantize) element = written_element(*layer, at);
  } else if (site.kind == FaultKind::weights) {
    if (instruction.opcode == isa::Opcode::preload) element = preloaded_weight(*layer, at);
  } else {
    const FieldExtent extent = extent_of(graph_, graph_.node(*layer), site.kind, site.field);
    for (site.element = 0; site.element < extent.elements; ++site.element) {
      if (element_in(site, at.instruction) != at.element) continue;
      element = site.element;
      break;
    }
  }
  if (!element) return std::nullopt;
  site.element = *element;
  return site;
}

}  // namespace npusim::flips
