// SPDX-License-Identifier: Apache-2.0
#include "frontend/compile/compile.h"

#include <string>
#include <utility>
#include <vector>

#include "frontend/compile/lowering.h"
#include "frontend/compile/parameter_bytes.h"
#include "frontend/compile/schedule.h"
#include "frontend/compile/tensor_plan.h"
#include "frontend/compile/weight_layout.h"
#include "sim/base/errors.h"
#include "sim/base/math.h"

namespace npusim::compile {
namespace {

using graph::QuantizedGraph;

constexpr std::int64_t kDramAlignBytes = 64;

bool is_input(const graph::QuantizedNode& node) {
  return std::holds_alternative<graph::Input>(node.op);
}

void check_fits(const QuantizedGraph& graph, const config::HardwareConfig& hardware) {
  base::ErrorList errors;
  for (const graph::QuantizedNode& node : graph.nodes) {
    const auto* conv = std::get_if<graph::QuantizedConv>(&node.op);
    if (conv && conv->requantization.field_bits > hardware.requantization.field_bits) {
      errors.add("layer '" + node.name + "'", "channel-shift field bits",
                 std::to_string(conv->requantization.field_bits),
                 "at most requantization.field_bits (" +
                     std::to_string(hardware.requantization.field_bits) + ")");
    }
  }
  errors.throw_if_any();
}

// DRAM addresses of inputs, outputs and spilled tensors behind the image; returns the end.
std::uint64_t lay_out_dram(const QuantizedGraph& graph, const config::HardwareConfig& hardware,
                           std::uint64_t image_bytes, TensorPlan& plan) {
  auto next = base::round_up(static_cast<std::int64_t>(image_bytes), kDramAlignBytes);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    TensorPlacement& tensor = plan.tensors[i];
    if (!tensor.in_dram) continue;
    tensor.dram_address = static_cast<std::uint64_t>(next);
    next = base::round_up(next + graph.nodes[i].shape.elements(), kDramAlignBytes);
  }
  if (next > hardware.dram.bytes) {
    throw base::InputError("dram.bytes: got " + std::to_string(hardware.dram.bytes) +
                           ", must be at least " + std::to_string(next) +
                           " for this network (weights, inputs, outputs, spilled tensors)");
  }
  return static_cast<std::uint64_t>(next);
}

isa::TensorInfo tensor_info(const graph::QuantizedNode& node, const TensorPlacement& placement) {
  isa::TensorInfo info;
  info.name = node.name;
  info.height = node.shape.height;
  info.width = node.shape.width;
  info.channels = node.shape.channels;
  info.scale = node.quantization.scale;
  info.zero_point = node.quantization.zero_point;
  info.memory = placement.in_dram ? isa::Memory::dram : isa::Memory::activation_scratchpad;
  info.address =
      placement.in_dram ? placement.dram_address : static_cast<std::uint64_t>(placement.address);
  return info;
}

isa::LayerInfo layer_info(const QuantizedGraph& graph, const graph::QuantizedNode& node,
                          std::uint32_t tensor) {
  const ParameterBytes bytes = parameter_bytes(node);
  isa::LayerInfo info;
  info.name = node.name;
  info.kind = graph::kind_name(node.op);
  info.macs = graph::macs(graph, node);
  info.output_tensor = tensor;
  info.weights_bytes = bytes.weights_bytes;
  info.bias_bytes = bytes.bias_bytes;
  info.requant_bytes = bytes.requant_bytes;
  info.channel_shift_bytes = bytes.channel_shift_bytes;
  return info;
}

void describe_tensors(const QuantizedGraph& graph, const TensorPlan& plan,
                      const std::vector<DraftIndex>& completed_by,
                      const std::vector<DraftIndex>& position, isa::Program& program) {
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const graph::QuantizedNode& node = graph.nodes[i];
    isa::TensorInfo info = tensor_info(node, plan.tensors[i]);
    const auto index = static_cast<std::uint32_t>(program.tensors.size());
    if (is_input(node)) {
      info.memory = isa::Memory::dram;
      program.inputs.push_back(index);
    } else {
      info.complete_after = position[static_cast<std::size_t>(completed_by[i])];
      program.layers.push_back(layer_info(graph, node, index));
    }
    program.tensors.push_back(std::move(info));
  }
  for (const graph::NodeId output : graph.outputs)
    program.outputs.push_back(static_cast<std::uint32_t>(output));
}

}  // namespace

isa::Program compile(const QuantizedGraph& graph, const config::HardwareConfig& hardware,
                     const isa::Metadata& metadata) {
  check_fits(graph, hardware);
  TensorPlan plan = plan_tensors(graph, hardware);
  WeightLayout weights = lay_out_weights(graph, hardware);
  isa::Program program;
  program.hardware = hardware;
  program.metadata = metadata;
  program.activation_peak_bytes = plan.peak_bytes;
  program.dram_bytes = lay_out_dram(graph, hardware, weights.dram_image.size(), plan);

  Lowering lowering(graph, hardware, plan, weights);
  lowering.run();
  Schedule stream = schedule(lowering.draft());
  describe_tensors(graph, plan, lowering.completed_by(), stream.position, program);
  program.instructions = std::move(stream.instructions);
  program.origins = std::move(stream.origins);
  program.semaphores = std::move(stream.semaphores);
  program.dram_image = std::move(weights.dram_image);
  isa::verify(program);
  return program;
}

}  // namespace npusim::compile
