// SPDX-License-Identifier: Apache-2.0
// Networks and Programs as tables.
#include <fmt/format.h>

#include "sim/base/files.h"
#include "sim/cli/show_text.h"
#include "sim/cli/table.h"
#include "sim/isa/program_file.h"
#include "sim/report/format.h"

namespace npusim::cli {
namespace {

using report::grouped;

std::string shape_text(const graph::Shape& shape) {
  return fmt::format("{} x {} x {}", shape.height, shape.width, shape.channels);
}

std::int64_t parameters(const graph::Node& node) {
  const auto* conv = std::get_if<graph::Conv>(&node.op);
  return conv == nullptr ? 0
                         : static_cast<std::int64_t>(conv->weights_ohwi.size() + conv->bias.size());
}

bool is_input(const graph::Node& node) { return std::holds_alternative<graph::Input>(node.op); }

std::string tensor_text(const isa::TensorInfo& tensor) {
  static constexpr std::array<const char*, 3> kTypes = {"int8", "int16", "int32"};
  return fmt::format("{} x {} x {}, {}, scale {:.6g}, zero point {}", tensor.height, tensor.width,
                     tensor.channels, kTypes.at(static_cast<std::size_t>(tensor.type)),
                     tensor.scale, tensor.zero_point);
}

std::string field(const std::string& label, const std::string& text) {
  constexpr std::size_t kLabel = 14;
  return fmt::format("{:<{}}{}\n", label, kLabel, wrapped(text, kTerminalColumns, kLabel));
}

}  // namespace

std::string network_text(const graph::Graph& network, bool colour) {
  Table table({{"name"},
               {"kind"},
               {"output", ColumnKind::number},
               {"MACs", ColumnKind::number},
               {"parameters", ColumnKind::number}});
  std::int64_t macs = 0;
  std::int64_t weights = 0;
  std::int64_t layers = 0;
  std::string inputs;
  for (const graph::Node& node : network.nodes) {
    if (is_input(node)) {
      inputs += (inputs.empty() ? "" : ", ") + shape_text(node.shape);
      continue;
    }
    ++layers;
    macs += graph::macs(network, node);
    weights += parameters(node);
    table.add({node.name, graph::kind_name(node.op), shape_text(node.shape),
               grouped(graph::macs(network, node)), grouped(parameters(node))});
  }
  std::string outputs;
  for (const graph::NodeId id : network.outputs)
    outputs += (outputs.empty() ? "" : ", ") + shape_text(network.node(id).shape);
  return field("Network", report::shortened(network.name, kTerminalColumns / 2)) +
         field("Size", fmt::format("{} layers, {} MACs, {} parameters", grouped(layers),
                                   grouped(macs), grouped(weights))) +
         field("Input", inputs) + field("Output", outputs) + '\n' + table.text(colour) +
         "  output: height x width x channels; parameters: weights and biases, batch\n"
         "  normalization folded in\n";
}

std::string program_text(const isa::Program& program, const std::filesystem::path& file,
                         bool colour) {
  const isa::Metadata& metadata = program.metadata;
  Table layers({{"name"},
                {"kind"},
                {"output", ColumnKind::number},
                {"MACs", ColumnKind::number},
                {"weights", ColumnKind::number}});
  std::int64_t macs = 0;
  for (std::size_t l = 0; l < program.image_layers(); ++l) {
    const isa::LayerInfo& layer = program.layers[l];
    const isa::TensorInfo& output = program.tensors.at(layer.output_tensor);
    macs += layer.macs;
    layers.add({layer.name, layer.kind, shape_text({output.height, output.width, output.channels}),
                grouped(layer.macs), grouped(layer.weights_bytes)});
  }
  Table sections({{"section"}, {"bytes", ColumnKind::number}});
  const std::vector<std::uint8_t> bytes = base::read_file_bytes(file);
  for (const isa::SectionInfo& section :
       isa::list_sections(bytes.data(), bytes.size(), file.string())) {
    sections.add({section.name, grouped(static_cast<std::int64_t>(section.bytes))});
  }

  std::string text =
      field("Network", fmt::format("{}, {} layers, {} MACs", report::shortened(metadata.name, 40),
                                   program.image_layers(), grouped(macs)));
  if (program.images() > 1)
    text += field("Images", fmt::format("{}, consecutive", program.images()));
  text += field("Scheme",
                metadata.scheme +
                    (metadata.field_bits > 0 ? fmt::format(", {}-bit field, rule {}",
                                                           metadata.field_bits, metadata.rule)
                                             : "") +
                    (metadata.symmetric ? "" : ", asymmetric") +
                    (metadata.weight_bits == isa::kMostWeightBits
                         ? ""
                         : fmt::format(", {}-bit weights", metadata.weight_bits)) +
                    (metadata.activation_bits == isa::kMostCodeBits
                         ? ""
                         : fmt::format(", {}-bit activations", metadata.activation_bits)) +
                    (metadata.equalization ? ", equalization" : "") +
                    (metadata.bias_correction ? ", bias correction" : ", no bias correction"));
  text += field("Hardware",
                program.hardware.name + ", config hash " + config::config_hash(program.hardware));
  for (std::size_t i = 0; i < program.inputs.size() / program.images(); ++i)
    text += field("Input", tensor_text(program.tensors.at(program.inputs[i])));
  for (std::size_t i = 0; i < program.outputs.size() / program.images(); ++i)
    text += field("Output", tensor_text(program.tensors.at(program.outputs[i])));
  text += field("Instructions", grouped(static_cast<std::int64_t>(program.instructions.size())) +
                                    ", " + grouped(program.instructions_bytes()) + " bytes");
  text += field("DRAM", grouped(static_cast<std::int64_t>(program.dram_bytes)) +
                            " bytes and the instructions");
  text += field("Activations", grouped(program.activation_peak_bytes) + " bytes on chip at most");
  return text + '\n' + sections.text(colour) + '\n' + layers.text(colour) +
         "  output: height x width x channels; weights: bytes\n\n" + derived_text(program.hardware);
}

}  // namespace npusim::cli
