// SPDX-License-Identifier: Apache-2.0
#include "tests/property/networks.h"

#include <algorithm>
#include <filesystem>
#include <stdexcept>

#include "frontend/compile/compile.h"
#include "frontend/compile/pipeline.h"
#include "sim/base/errors.h"
#include "sim/config/hardware_reader.h"
#include "sim/config/run_config.h"
#include "tests/support/quantized_graphs.h"
#include "tests/support/random_network.h"
#include "tests/support/support.h"

namespace npusim::test {

graph::Graph shipped_network(const std::string& run_file) {
  const config::RunConfig run =
      config::read_run_config((source_dir() / "workloads" / run_file).string(), {}, {},
                              {{source_dir() / "workloads"}, {source_dir() / "configs"}});
  return compile::Pipeline(run, 1).network();
}

config::HardwareConfig shipped_hardware(const std::string& file) {
  return config::read_hardware_config(source_dir() / "configs" / file);
}

std::vector<std::string> shipped_hardware_files() {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(source_dir() / "configs")) {
    if (entry.path().extension() == ".yaml") files.push_back(entry.path().filename().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

namespace {

graph::NodeId append(QuantizedGraphBuilder& builder, const graph::Node& node,
                     const std::vector<graph::NodeId>& inputs) {
  if (std::holds_alternative<graph::Input>(node.op)) return builder.input(node.shape);
  if (const auto* conv = std::get_if<graph::Conv>(&node.op)) {
    if (conv->kind == graph::ConvKind::gemm) return builder.gemm(inputs[0], conv->out_channels);
    return builder.conv(inputs[0], conv->out_channels, conv->window, conv->groups);
  }
  if (const auto* pool = std::get_if<graph::Pool>(&node.op)) {
    return builder.pool(inputs[0], pool->kind, pool->window, pool->count_include_pad);
  }
  if (std::holds_alternative<graph::Add>(node.op)) return builder.add(inputs[0], inputs[1]);
  if (std::holds_alternative<graph::Mul>(node.op)) return builder.mul(inputs[0], inputs[1]);
  if (std::holds_alternative<graph::Concat>(node.op)) return builder.concat(inputs);
  if (std::holds_alternative<graph::Lookup>(node.op)) return builder.lookup(inputs[0]);
  throw std::invalid_argument(node.name + ": " + graph::kind_name(node.op));
}

}  // namespace

graph::QuantizedGraph with_drawn_parameters(const graph::Graph& network) {
  QuantizedGraphBuilder builder(1);
  std::vector<graph::NodeId> ids;
  for (const graph::Node& node : network.nodes) {
    std::vector<graph::NodeId> inputs;
    for (const graph::NodeId input : node.inputs) {
      inputs.push_back(ids[static_cast<std::size_t>(input)]);
    }
    ids.push_back(append(builder, node, inputs));
  }
  std::vector<graph::NodeId> outputs;
  for (const graph::NodeId output : network.outputs) {
    outputs.push_back(ids[static_cast<std::size_t>(output)]);
  }
  return builder.build(outputs);
}

graph::QuantizedGraph layer_alone(const graph::Graph& network, graph::NodeId id) {
  const graph::Node& node = network.node(id);
  QuantizedGraphBuilder builder(static_cast<std::uint64_t>(id));
  std::vector<graph::NodeId> inputs;
  for (const graph::NodeId input : node.inputs) {
    inputs.push_back(builder.input(network.node(input).shape));
  }
  append(builder, node, inputs);
  return builder.build();
}

isa::Program drawn_program(std::uint64_t seed) {
  graph::QuantizedGraph network = random_quantized_graph(seed);
  for (std::int64_t scale = 1;; scale *= 2) {
    config::HardwareConfig hardware = random_hardware(seed, scale);
    hardware.requantization.multiplier_bits = network.multiplier_bits;
    hardware.requantization.placement = config::ShifterPlacement::fused;
    if (seed % 3 == 0) {
      hardware.mac_array.accumulator = config::AccumulatorOverflow::wrap;
      hardware.mac_array.accumulator_bits = 14;
      network.accumulator = {14, graph::Overflow::wrap};
    }
    try {
      return compile::compile(network, hardware, {});
    } catch (const base::InputError&) {
      if (scale > 4096) throw;
    }
  }
}

config::HardwareConfig with_ideal_memory(config::HardwareConfig hardware) {
  constexpr std::int64_t kMiB = std::int64_t{1} << 20;
  hardware.command_processor.fetch_bytes = 4096;
  hardware.queue_depths = {1024, 1024, 1024, 1024, 1024, 1024, 1024};
  hardware.dma = {4096, 1024};
  hardware.dram.bytes = 1024 * kMiB;
  hardware.dram.bandwidth_bytes_per_second = 100'000'000'000'000;
  hardware.dram.read_latency_ns = 0;
  hardware.dram.write_latency_ns = 0;
  hardware.activation_scratchpad.bytes = 64 * kMiB;
  hardware.activation_scratchpad.banks = 1024;
  hardware.activation_scratchpad.ports = 16;
  hardware.weight_scratchpad = {64 * kMiB, 16};
  hardware.feeder = {65536, 64 * kMiB};
  hardware.mac_array.accumulator_rows = 65536;
  return hardware;
}

}  // namespace npusim::test
