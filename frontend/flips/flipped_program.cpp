// SPDX-License-Identifier: Apache-2.0
#include "frontend/flips/flipped_program.h"

#include <map>
#include <utility>

#include "frontend/flips/flipped_layer.h"
#include "frontend/flips/instruction_codes.h"
#include "sim/base/errors.h"
#include "sim/isa/labels.h"
#include "sim/isa/records.h"

namespace npusim::flips {
namespace {

using faults::FaultKind;
using faults::FaultSite;
using faults::ParameterField;

constexpr std::uint64_t kShiftOffset = 4;  // of a scale record, behind the multiplier

std::uint64_t number(std::int64_t value) { return static_cast<std::uint64_t>(value); }

void flip_zero_point(isa::Instruction& instruction, std::int32_t bit) {
  const auto flip = [bit](std::int8_t& zero_point) {
    zero_point = static_cast<std::int8_t>(flipped_signed(zero_point, bit, 8));
  };
  if (auto* requantize = std::get_if<isa::Requantize>(&instruction.fields)) {
    flip(requantize->zero_point);
  } else if (auto* pool = std::get_if<isa::Pool>(&instruction.fields)) {
    flip(pool->out_zero_point);
  } else if (auto* elementwise = std::get_if<isa::Elementwise>(&instruction.fields)) {
    flip(elementwise->out_zero_point);
  }
}

}  // namespace

ProgramSites::ProgramSites(const isa::Program& program, const graph::QuantizedGraph& graph)
    : program_(program),
      graph_(graph),
      layout_(compile::lay_out_weights(graph, compile::WeightMachine(program.hardware))),
      layer_of_node_(graph.nodes.size()),
      instructions_(graph.nodes.size()) {
  std::map<std::string, std::int32_t> nodes;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i)
    nodes[graph.nodes[i].name] = static_cast<std::int32_t>(i);
  for (std::size_t layer = 0; layer < program.layers.size(); ++layer) {
    const auto node = nodes.find(program.layers[layer].name);
    if (node == nodes.end() || program.images() != 1)
      throw base::InternalError("layer '" + program.layers[layer].name + "' is no node");
    node_of_layer_.push_back(node->second);
    layer_of_node_[static_cast<std::size_t>(node->second)] = layer;
  }
  for (std::size_t i = 0; i < program.instructions.size(); ++i) {
    const std::uint32_t layer = program.origins[i].layer;
    if (program.instructions[i].opcode == isa::Opcode::end || layer >= node_of_layer_.size())
      continue;
    instructions_[static_cast<std::size_t>(node_of_layer_[layer])].push_back(i);
  }
}

const isa::TensorInfo& ProgramSites::tensor(std::int32_t layer) const {
  const std::size_t of = layer_of_node_[static_cast<std::size_t>(layer)];
  return program_.tensors[program_.layers[of].output_tensor];
}

// Of the byte in which the weight begins, and the first of its bits there.
std::uint64_t ProgramSites::weight_address(const FaultSite& site, int& first_bit) const {
  const auto& conv = std::get<graph::QuantizedConv>(graph_.node(site.layer).op);
  const compile::LayerWeights& weights = layout_.layers[static_cast<std::size_t>(site.layer)];
  const std::int64_t length =
      static_cast<std::int64_t>(conv.weights_ohwi.size()) / conv.out_channels;
  const std::int64_t channel = site.element / length;
  const std::int64_t k = site.element % length;
  for (const compile::WeightTile& tile : weights.tiles) {
    const std::int64_t column = channel - tile.channel_begin;
    if (column < 0 || column >= tile.columns) continue;
    for (const compile::WeightPart& part : tile.parts) {
      if (k < part.k_begin || k >= part.k_end) continue;
      const auto row_bytes = static_cast<std::int64_t>(
          isa::weight_row_bytes(number(tile.columns), number(conv.weight_bits)));
      const std::int64_t bit = column * conv.weight_bits;
      const std::int64_t offset = part.offset + (k - part.k_begin) * row_bytes + bit / 8;
      first_bit = static_cast<int>(bit % 8);
      for (const compile::WeightPiece& piece : weights.groups[part.group].pieces) {
        if (offset >= piece.offset && offset < piece.offset + piece.bytes)
          return piece.dram_address + number(offset - piece.offset);
      }
    }
  }
  throw base::InternalError("weight " + std::to_string(site.element) + " lies nowhere");
}

// Of the field's first byte, in each of its copies. Those of channels: of the one block that has
// the channel, and the bits are counted from its first field.
std::vector<std::uint64_t> ProgramSites::parameter_addresses(const FaultSite& site) const {
  const graph::QuantizedNode& node = graph_.node(site.layer);
  const auto& blocks = layout_.layers[static_cast<std::size_t>(site.layer)].parameters;
  const std::uint64_t offset = site.field == ParameterField::shift ? kShiftOffset : 0;
  const std::uint64_t element = number(site.element);
  if (const auto* conv = std::get_if<graph::QuantizedConv>(&node.op)) {
    const bool is_scale = site.kind == FaultKind::parameters && site.field != ParameterField::bias;
    std::vector<std::uint64_t> addresses;
    if (is_scale && !conv->requantization.per_channel()) {
      for (const compile::ParameterBlock& block : blocks)
        addresses.push_back(block.dram_address + offset);
      return addresses;
    }
    const compile::ParameterBlock* found = nullptr;
    for (const compile::ParameterBlock& block : blocks) {
      if (block.channel_begin <= site.element) found = &block;
    }
    const std::uint64_t entry = number(site.element - found->channel_begin);
    if (site.kind == FaultKind::shift_fields)
      return {found->dram_address + number(found->shifts_offset)};
    if (is_scale) return {found->dram_address + entry * isa::kScaleRecordBytes + offset};
    return {found->dram_address + number(found->bias_offset) + entry * isa::kBiasBytes};
  }
  const compile::ParameterBlock& block = blocks.at(0);
  const bool is_concat = std::holds_alternative<graph::QuantizedConcat>(node.op);
  const std::size_t record = is_concat ? static_cast<std::size_t>(site.element) : 0;
  const std::uint64_t at = block.dram_address + number(block.record_offsets.at(record));
  if (site.field == ParameterField::table) return {at + element};
  if (std::holds_alternative<graph::QuantizedPool>(node.op))
    return {at + 1 + element * isa::kPoolEntryBytes + 2 + offset};  // behind count and divisor
  if (!std::holds_alternative<graph::QuantizedAdd>(node.op)) return {at + offset};
  if (site.field == ParameterField::shift) return {at + 8};
  return {site.field == ParameterField::multiplier_b ? at + 4 : at};
}

std::vector<ProgramSites::ImageBit> ProgramSites::image_bits(const FaultSite& site) const {
  if (site.kind == FaultKind::parameters && site.field == ParameterField::zero_point) return {};
  int bit = site.bit;
  std::vector<std::uint64_t> addresses;
  if (site.kind == FaultKind::weights) {
    int first_bit = 0;
    addresses = {weight_address(site, first_bit)};
    bit += first_bit;
  } else {
    addresses = parameter_addresses(site);
  }
  if (site.kind == FaultKind::shift_fields) {
    const auto& conv = std::get<graph::QuantizedConv>(graph_.node(site.layer).op);
    bit += static_cast<int>(site.element - block_begin(site)) * conv.requantization.field_bits;
  }
  std::vector<ImageBit> bits;
  for (const std::uint64_t address : addresses)
    bits.push_back({address + static_cast<std::uint64_t>(bit / 8), bit % 8});
  return bits;
}

isa::Program ProgramSites::flipped(const std::vector<FaultSite>& stored) const {
  isa::Program program = program_;
  auto& accumulator = program.hardware.mac_array.accumulator;
  if (accumulator == config::AccumulatorOverflow::guaranteed)
    accumulator = config::AccumulatorOverflow::wrap;
  if (stored.empty()) return program;
  std::vector<std::uint8_t>& image = program.dram_image.edit();
  for (const FaultSite& site : stored) {
    for (const ImageBit& at : image_bits(site)) {
      std::uint8_t& byte = image.at(at.address);
      byte = static_cast<std::uint8_t>(byte ^ 1U << at.bit);
    }
    if (site.kind != FaultKind::parameters || site.field != ParameterField::zero_point) continue;
    for (const std::size_t i : instructions(site.layer))
      flip_zero_point(program.instructions[i], site.bit);
  }
  return program;
}

// The tensor's bytes lie where the writer put them, or where a store took them.
InstructionElement ProgramSites::writer_of(const FaultSite& site) const {
  const isa::TensorInfo& tensor = this->tensor(site.layer);
  std::uint64_t address = tensor.address + number(site.element);
  auto last = static_cast<std::size_t>(std::max<std::int64_t>(0, tensor.complete_after)) + 1;
  if (tensor.memory == isa::Memory::dram) {
    for (const std::size_t i : instructions(site.layer)) {
      const isa::Instruction& instruction = program_.instructions[i];
      if (instruction.opcode != isa::Opcode::store_activations) continue;
      const auto local = local_address(std::get<isa::Dma>(instruction.fields), address);
      if (!local) continue;
      address = *local;
      last = i;
      break;
    }
  }
  std::optional<InstructionElement> writer;
  for (const std::size_t i : instructions(site.layer)) {
    if (i >= last) break;
    const auto codes = codes_of(program_.instructions[i]);
    const auto element = codes ? codes->element_at(address) : std::nullopt;
    if (element) writer = InstructionElement{i, *element};
  }
  if (!writer) {
    throw base::InternalError("layer '" + graph_.node(site.layer).name + "', element " +
                              std::to_string(site.element) + ": no instruction writes it");
  }
  return *writer;
}

faults::PassingFlips ProgramSites::passing(const std::vector<FaultSite>& sites) const {
  std::vector<faults::AccumulatorFlip> accumulators;
  std::vector<faults::ActivationFlip> activations;
  for (const FaultSite& site : sites) {
    if (config::is_stored(site.kind)) continue;
    const InstructionElement at = writer_of(site);
    const isa::Instruction& instruction = program_.instructions[at.instruction];
    if (site.kind == FaultKind::activations) {
      activations.push_back(
          {at.instruction, codes_of(instruction)->address_of(at.element), site.bit});
      continue;
    }
    const auto& requantize = std::get<isa::Requantize>(instruction.fields);
    accumulators.push_back({at.instruction, requantize.acc_row + at.element / requantize.columns,
                            at.element % requantize.columns, site.bit});
  }
  return {std::move(accumulators), std::move(activations)};
}

}  // namespace npusim::flips
