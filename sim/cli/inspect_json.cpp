// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/inspect_json.h"

#include <nlohmann/json.hpp>

#include "sim/isa/encoding.h"
#include "sim/isa/text_fields.h"

namespace npusim::cli {
namespace {

using InspectionJson = nlohmann::json;
using Kind = isa::DramRange::Kind;

InspectionJson sections_json(const Inspection& inspection) {
  InspectionJson sections = InspectionJson::array();
  for (const isa::SectionInfo& section : inspection.sections) {
    sections.push_back(
        {{"name", section.name}, {"offset", section.offset}, {"bytes", section.bytes}});
  }
  return sections;
}

InspectionJson program_json(const isa::Program& program) {
  const isa::Metadata& m = program.metadata;
  return {{"network", m.name},
          {"hardware", program.hardware.name},
          {"hardware_hash", config::config_hash(program.hardware)},
          {"scheme", m.scheme},
          {"field_bits", m.field_bits},
          {"rule", m.rule},
          {"bias_correction", m.bias_correction},
          {"symmetric", m.symmetric},
          {"weight_bits", m.weight_bits},
          {"activation_bits", m.activation_bits},
          {"images", m.images},
          {"inputs", program.inputs},
          {"outputs", program.outputs}};
}

InspectionJson tensors_json(const isa::Program& program) {
  InspectionJson tensors = InspectionJson::array();
  for (const isa::TensorInfo& tensor : program.tensors) {
    tensors.push_back({{"name", tensor.name},
                       {"shape", {tensor.height, tensor.width, tensor.channels}},
                       {"type", isa::kDataTypeNames[static_cast<std::size_t>(tensor.type)]},
                       {"memory", isa::kMemoryNames[static_cast<std::size_t>(tensor.memory)]},
                       {"address", tensor.address}});
  }
  return tensors;
}

InspectionJson layers_json(const isa::Program& program) {
  InspectionJson layers = InspectionJson::array();
  const std::vector<std::int64_t> instructions = count_instructions(program);
  for (std::size_t l = 0; l < program.layers.size(); ++l) {
    const isa::LayerInfo& layer = program.layers[l];
    layers.push_back({{"name", layer.name},
                      {"kind", layer.kind},
                      {"macs", layer.macs},
                      {"output_tensor", layer.output_tensor},
                      {"instructions", instructions[l]},
                      {"weights_bytes", layer.weights_bytes},
                      {"bias_bytes", layer.bias_bytes},
                      {"requant_bytes", layer.requant_bytes},
                      {"channel_shift_bytes", layer.channel_shift_bytes}});
  }
  return layers;
}

InspectionJson dram_json(const Inspection& inspection) {
  InspectionJson ranges = InspectionJson::array();
  for (const isa::DramRange& range : inspection.dram) {
    InspectionJson entry = {
        {"kind", isa::dram_range_name(range.kind)}, {"begin", range.begin}, {"end", range.end}};
    if (range.kind == Kind::tensor) entry["tensor"] = range.tensor;
    if (range.kind == Kind::parameters) {
      entry["layer"] = range.part.layer;
      entry["parameter"] = isa::parameter_name(range.part.parameter);
    }
    ranges.push_back(std::move(entry));
  }
  return ranges;
}

InspectionJson activations_json(const Inspection& inspection) {
  InspectionJson ranges = InspectionJson::array();
  for (const isa::ActivationRange& range : inspection.activations) {
    ranges.push_back({{"tensor", range.tensor},
                      {"begin", range.begin},
                      {"end", range.end},
                      {"first_instruction", range.first_instruction},
                      {"last_instruction", range.last_instruction}});
  }
  return ranges;
}

}  // namespace

std::vector<std::int64_t> count_opcodes(const isa::Program& program) {
  std::vector<std::int64_t> counts(isa::kOpcodes);
  for (const isa::Instruction& instruction : program.instructions)
    ++counts.at(static_cast<std::size_t>(instruction.opcode));
  return counts;
}

std::vector<std::int64_t> count_instructions(const isa::Program& program) {
  std::vector<std::int64_t> counts(program.layers.size());
  for (std::size_t i = 0; i + 1 < program.origins.size(); ++i)
    ++counts.at(program.origins[i].layer);
  return counts;
}

std::string inspection_json(const Inspection& inspection) {
  const isa::Program& program = inspection.program;
  InspectionJson opcodes = InspectionJson::object();
  const std::vector<std::int64_t> counts = count_opcodes(program);
  for (std::size_t o = 0; o < counts.size(); ++o)
    opcodes[isa::opcode_name(static_cast<isa::Opcode>(o))] = counts[o];
  const InspectionJson document = {
      {"schema_version", 1},
      {"file_bytes", inspection.file_bytes},
      {"sections", sections_json(inspection)},
      {"program", program_json(program)},
      {"instructions", opcodes},
      {"layers", layers_json(program)},
      {"tensors", tensors_json(program)},
      {"dram",
       {{"bytes", program.hardware.dram.bytes},
        {"used_bytes", program.dram_bytes},
        {"image_bytes", program.dram_image.size()},
        {"instructions_bytes", program.instructions_bytes()},
        {"ranges", dram_json(inspection)}}},
      {"activation_scratchpad",
       {{"bytes", program.hardware.activation_scratchpad.bytes},
        {"peak_bytes", program.activation_peak_bytes},
        {"ranges", activations_json(inspection)}}},
  };
  return document.dump(2, ' ', false, InspectionJson::error_handler_t::replace) + '\n';
}

}  // namespace npusim::cli
