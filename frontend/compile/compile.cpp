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

// From an image's tensor to the next one's: with any burst all of them are cut alike.
constexpr std::int64_t kImageAlignBytes = 4096;

bool is_dilated(const graph::Window& w) {
  return (w.kernel_h > 1 && w.dilation_h > 1) || (w.kernel_w > 1 && w.dilation_w > 1);
}

const char* placement_name(bool shift_before_multiply) {
  return shift_before_multiply ? "pre_multiply" : "fused";
}

// The records' arithmetic is that of the machine they were computed for.
void check_arithmetic(const QuantizedGraph& graph, const config::HardwareConfig& hardware,
                      base::ErrorList& errors) {
  const std::string place = "network '" + graph.name + "'";
  const bool machine_shifts_first =
      hardware.requantization.placement == config::ShifterPlacement::pre_multiply;
  if (graph.shift_before_multiply != machine_shifts_first) {
    errors.add(
        place, "placement of the barrel shifter", placement_name(graph.shift_before_multiply),
        std::string("requantization.placement (") + placement_name(machine_shifts_first) + ")");
  }
  if (graph.multiplier_bits > hardware.requantization.multiplier_bits) {
    errors.add(place, "multiplier bits", std::to_string(graph.multiplier_bits),
               "at most requantization.multiplier_bits (" +
                   std::to_string(hardware.requantization.multiplier_bits) + ")");
  }
}

std::string accumulator_text(graph::Overflow overflow, std::int64_t bits) {
  const char* name = overflow == graph::Overflow::guaranteed ? "guaranteed"
                     : overflow == graph::Overflow::saturate ? "saturate"
                                                             : "wrap";
  return std::string(name) + ", " + std::to_string(bits) + " bits";
}

void check_accumulator(const QuantizedGraph& graph, const config::HardwareConfig& hardware,
                       base::ErrorList& errors) {
  const graph::Overflow overflow = overflow_of(hardware.mac_array.accumulator);
  const std::int64_t bits = hardware.mac_array.accumulator_bits;
  const bool guaranteed = overflow == graph::Overflow::guaranteed;
  if (graph.accumulator.overflow != overflow || (!guaranteed && graph.accumulator.bits != bits)) {
    errors.add("network '" + graph.name + "'", "accumulator",
               accumulator_text(graph.accumulator.overflow, graph.accumulator.bits),
               "mac_array's (" + accumulator_text(overflow, bits) + ")");
  }
  for (const graph::QuantizedNode& node : graph.nodes) {
    const auto* conv = std::get_if<graph::QuantizedConv>(&node.op);
    if (!guaranteed || conv == nullptr || conv->safe_accumulator_bits <= bits) continue;
    errors.add("layer '" + node.name + "'", "accumulator bits",
               std::to_string(conv->safe_accumulator_bits),
               "at most mac_array.accumulator_bits (" + std::to_string(bits) + ")");
  }
}

void check_fits(const QuantizedGraph& graph, const config::HardwareConfig& hardware) {
  base::ErrorList errors;
  check_arithmetic(graph, hardware, errors);
  check_accumulator(graph, hardware, errors);
  for (const graph::QuantizedNode& node : graph.nodes) {
    const std::string place = "layer '" + node.name + "'";
    const auto* pool = std::get_if<graph::QuantizedPool>(&node.op);
    if (pool && is_dilated(pool->window)) {
      errors.add(
          place, "dilation of the pooling window",
          std::to_string(pool->window.dilation_h) + " x " + std::to_string(pool->window.dilation_w),
          "1 x 1");
    }
    const auto* conv = std::get_if<graph::QuantizedConv>(&node.op);
    if (conv && conv->requantization.field_bits > hardware.requantization.field_bits) {
      errors.add(place, "channel-shift field bits", std::to_string(conv->requantization.field_bits),
                 "at most requantization.field_bits (" +
                     std::to_string(hardware.requantization.field_bits) + ")");
    }
  }
  errors.throw_if_any();
}

// DRAM addresses of inputs, outputs and spilled tensors behind the parameters' bytes; returns the
// end. Each image has its own inputs and outputs, but all share the place of a spilled tensor.
std::uint64_t lay_out_dram(const QuantizedGraph& graph, std::uint64_t parameter_bytes,
                           std::int64_t images, TensorPlan& plan) {
  auto next = base::round_up(static_cast<std::int64_t>(parameter_bytes), kDramAlignBytes);
  std::vector<bool> is_own(graph.nodes.size(), false);
  for (const graph::NodeId output : graph.outputs) is_own[static_cast<std::size_t>(output)] = true;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    TensorPlacement& tensor = plan.tensors[i];
    if (!tensor.in_dram) continue;
    const std::int64_t bytes = base::round_up(graph.nodes[i].shape.elements(), kDramAlignBytes);
    tensor.dram_address = static_cast<std::uint64_t>(next);
    next += bytes;
    if (images == 1 || !(is_own[i] || graph.nodes[i].is_input())) continue;
    const std::int64_t step = base::round_up(bytes, kImageAlignBytes);
    tensor.dram_image_bytes = static_cast<std::uint64_t>(step);
    next += (images - 1) * step;
  }
  return static_cast<std::uint64_t>(next);
}

// The instructions lie behind everything else.
void check_dram(const isa::Program& program) {
  const auto needed = static_cast<std::int64_t>(program.dram_bytes) + program.instructions_bytes();
  const std::int64_t available = program.hardware.dram.bytes;
  if (needed <= available) return;
  throw base::InputError(base::refusal(
      "", "dram.bytes", std::to_string(available),
      "at least " + std::to_string(needed) +
          " for this network (weights, inputs, outputs, spilled tensors, instructions)"));
}

isa::TensorInfo tensor_info(const graph::QuantizedNode& node, const TensorPlacement& placement,
                            std::int64_t image) {
  isa::TensorInfo info;
  info.name = node.name;
  info.height = node.shape.height;
  info.width = node.shape.width;
  info.channels = node.shape.channels;
  info.scale = node.quantization.scale;
  info.zero_point = node.quantization.zero_point;
  info.code_bits = node.activation_bits;
  info.memory = placement.in_dram ? isa::Memory::dram : isa::Memory::activation_scratchpad;
  info.address = placement.in_dram ? placement.dram_address_of(image)
                                   : static_cast<std::uint64_t>(placement.address);
  return info;
}

isa::LayerInfo layer_info(const QuantizedGraph& graph, const graph::QuantizedNode& node,
                          std::uint32_t tensor, std::int64_t array_columns) {
  const ParameterBytes bytes = parameter_bytes(node);
  isa::LayerInfo info;
  info.name = node.name;
  info.kind = graph::kind_name(node.op);
  info.macs = graph::macs(graph, node);
  info.output_tensor = tensor;
  if (const auto* conv = std::get_if<graph::QuantizedConv>(&node.op)) {
    info.weights_bytes = packed_weights_bytes(*conv, array_columns);
  }
  info.bias_bytes = bytes.bias_bytes;
  info.requant_bytes = bytes.requant_bytes;
  info.channel_shift_bytes = bytes.channel_shift_bytes;
  return info;
}

void describe_tensors(const QuantizedGraph& graph, const TensorPlan& plan, const Lowering& lowering,
                      const std::vector<DraftIndex>& position, std::int64_t image,
                      isa::Program& program) {
  const std::size_t first = program.tensors.size();
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const graph::QuantizedNode& node = graph.nodes[i];
    isa::TensorInfo info = tensor_info(node, plan.tensors[i], image);
    const auto index = static_cast<std::uint32_t>(program.tensors.size());
    if (node.is_input()) {
      info.memory = isa::Memory::dram;
      program.inputs.push_back(index);
    } else {
      const DraftIndex last = lowering.completed_by(image, static_cast<graph::NodeId>(i));
      info.complete_after = position[static_cast<std::size_t>(last)];
      program.layers.push_back(layer_info(graph, node, index, program.hardware.mac_array.columns));
    }
    program.tensors.push_back(std::move(info));
  }
  for (const graph::NodeId output : graph.outputs)
    program.outputs.push_back(static_cast<std::uint32_t>(first + static_cast<std::size_t>(output)));
}

}  // namespace

graph::Overflow overflow_of(config::AccumulatorOverflow overflow) {
  switch (overflow) {
    case config::AccumulatorOverflow::saturate:
      return graph::Overflow::saturate;
    case config::AccumulatorOverflow::wrap:
      return graph::Overflow::wrap;
    case config::AccumulatorOverflow::guaranteed:
      break;
  }
  return graph::Overflow::guaranteed;
}

isa::Program compile(const QuantizedGraph& graph, const config::HardwareConfig& hardware,
                     const isa::Metadata& metadata) {
  KeptWeightLayout weights;
  return compile(graph, hardware, metadata, weights);
}

isa::Program compile(const QuantizedGraph& graph, const config::HardwareConfig& hardware,
                     const isa::Metadata& metadata, KeptWeightLayout& kept_weights) {
  check_fits(graph, hardware);
  const WeightLayout& weights = kept_weights.of(graph, WeightMachine(hardware));
  const std::int64_t images = metadata.images;
  TensorPlan plan = plan_tensors(graph, hardware, weights.weight_region_bytes, images);
  isa::Program program;
  program.hardware = hardware;
  program.metadata = metadata;
  program.activation_peak_bytes = plan.peak_bytes;
  program.dram_bytes = lay_out_dram(graph, weights.dram_image.size(), images, plan);

  Lowering lowering(graph, hardware, plan, weights);
  lowering.run(images);
  Schedule stream = schedule(lowering.draft());
  for (std::int64_t image = 0; image < images; ++image) {
    describe_tensors(graph, plan, lowering, stream.position, image, program);
  }
  program.instructions = std::move(stream.instructions);
  check_dram(program);
  program.origins = std::move(stream.origins);
  program.semaphores = std::move(stream.semaphores);
  program.dram_image = weights.dram_image;
  isa::verify(program);
  return program;
}

}  // namespace npusim::compile
