// SPDX-License-Identifier: Apache-2.0
// stage/*: what a user waits for, stage by stage, in one process. work: the executor and its
// kernels: multiply-adds; simulations: simulated cycles.
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <vector>

#include "frontend/compile/compile.h"
#include "frontend/execute/integer_executor.h"
#include "sim/isa/program_file.h"
#include "sim/model/simulate.h"
#include "sim/report/json.h"
#include "sim/report/report.h"
#include "tests/bench/bench.h"
#include "tests/bench/networks.h"
#include "tests/bench/raw_kernels.h"

namespace npusim::bench {
namespace {

std::int64_t macs(const graph::QuantizedGraph& graph) {
  std::int64_t sum = 0;
  for (const graph::QuantizedNode& node : graph.nodes) sum += graph::macs(graph, node);
  return sum;
}

void executor(benchmark::State& state, const std::string& name) {
  const Network& net = network(name);
  execute::IntegerExecutor executor(net.graph);
  executor.run(net.input.data());
  for (auto _ : state) executor.run(net.input.data());
  set_work(state, macs(net.graph));
}

// The executor's convolutions without the executor.
void raw_kernels(benchmark::State& state, const std::string& name) {
  const Network& net = network(name);
  std::vector<std::unique_ptr<RawKernels>> layers;
  for (const KernelShape& shape : kernel_shapes(net.graph)) {
    layers.push_back(std::make_unique<RawKernels>(shape));
  }
  for (auto _ : state) {
    for (const auto& layer : layers) layer->run();
  }
  set_work(state, macs(net.graph));
}

void check_outputs(const Network& net, const stats::SimulationResult& result) {
  execute::IntegerExecutor executor(net.graph);
  const std::int8_t* wanted = executor.run(net.input.data());
  const std::vector<std::int8_t>& got = result.outputs.at(0);
  if (!std::equal(got.begin(), got.end(), wanted, wanted + executor.output_elements())) {
    throw std::runtime_error("the machine's output is not the executor's");
  }
}

void simulation(benchmark::State& state, const std::string& name, bool timing_only) {
  const Network& net = network(name);
  const std::vector<std::vector<std::int8_t>> inputs{net.input};
  model::SimulationOptions options;
  options.verified = true;  // as behind read_program
  const stats::SimulationResult with_values = model::simulate(net.program, inputs, options);
  check_outputs(net, with_values);
  options.timing_only = timing_only;
  for (auto _ : state) {
    const stats::SimulationResult result = model::simulate(net.program, inputs, options);
    if (result.total_cycles != with_values.total_cycles) {
      throw std::runtime_error("cycles differ from run to run");
    }
  }
  set_work(state, with_values.total_cycles);
}

void verification(benchmark::State& state, const std::string& name) {
  const Network& net = network(name);
  for (auto _ : state) isa::verify(net.program);
}

void reading(benchmark::State& state, const std::string& name) {
  const Network& net = network(name);
  const std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("npusim_bench_" + name + ".npu");
  isa::write_program(path, net.program);
  for (auto _ : state) {
    const isa::Program program = isa::read_program(path);
    if (program.instructions.size() != net.program.instructions.size()) {
      throw std::runtime_error("the file holds another Program");
    }
  }
  std::filesystem::remove(path);
}

void compilation(benchmark::State& state, const std::string& name) {
  const Network& net = network(name);
  for (auto _ : state) {
    const isa::Program program = compile::compile(net.graph, net.program.hardware, net.metadata);
    if (program.dram_image != net.program.dram_image) {
      throw std::runtime_error("the Program differs from run to run");
    }
  }
}

// Another machine for the same quantized network: compiled anew, timed and reported.
void sweep_point(benchmark::State& state, const std::string& name) {
  const Network& net = network(name);
  const config::HardwareConfig machine = hardware({"activation_scratchpad.bytes=786432"});
  model::SimulationOptions options;
  options.timing_only = true;
  options.verified = true;  // compile() verifies
  std::int64_t cycles = 0;
  for (auto _ : state) {
    const isa::Program program = compile::compile(net.graph, machine, net.metadata);
    const stats::SimulationResult result = model::simulate(program, {}, options);
    cycles = result.total_cycles;
    if (report::to_json(report::report_of(program, result)).empty()) {
      throw std::runtime_error("the report is empty");
    }
  }
  set_work(state, cycles);
}

void add_stage(const std::string& what, const std::string& network, std::int64_t target,
               std::function<void(benchmark::State&)> run) {
  const std::string simd = arith::simd_target_name(target != 0 ? target : arith::simd_targets()[0]);
  add("stage/" + what + "/" + network + "/" + simd, target, std::move(run));
}

}  // namespace

void register_stages() {
  const std::string v1 = "mobilenet_v1_224";
  for (const std::int64_t target : arith::simd_targets()) {
    if (has_trained()) {
      add_stage("executor", kTrained, target, [](auto& state) { executor(state, kTrained); });
      add_stage("simulate_values", kTrained, target,
                [](auto& state) { simulation(state, kTrained, false); });
    }
    for (const std::string& name : {v1, std::string("resnet50_224"), std::string("vgg16_224")}) {
      if (name != v1 && target != arith::simd_targets().front()) continue;  // seconds
      add_stage("executor", name, target, [name](auto& state) { executor(state, name); });
      add_stage("raw_kernels", name, target, [name](auto& state) { raw_kernels(state, name); });
      add_stage("simulate_values", name, target,
                [name](auto& state) { simulation(state, name, false); });
      if (target != arith::simd_targets().front()) continue;  // no kernel runs
      add_stage("simulate_timing_only", name, target,
                [name](auto& state) { simulation(state, name, true); });
    }
  }
  add_stage("verify", v1, 0, [v1](auto& state) { verification(state, v1); });
  add_stage("read_program", v1, 0, [v1](auto& state) { reading(state, v1); });
  add_stage("compile", v1, 0, [v1](auto& state) { compilation(state, v1); });
  add_stage("sweep_point", v1, 0, [v1](auto& state) { sweep_point(state, v1); });
}

}  // namespace npusim::bench
