// SPDX-License-Identifier: Apache-2.0
// The shipped network through the whole line: three readings of the same Program agree on every
// tensor, and the Program itself is the same, to the last bit, on every SIMD target and with every
// compiler.
#include <gtest/gtest.h>
#include <xxhash.h>

#include <cstdint>
#include <string>
#include <vector>

#include "frontend/compile/pipeline.h"
#include "frontend/data/dataset.h"
#include "frontend/execute/classify.h"
#include "frontend/execute/integer_executor.h"
#include "sim/arith/simd.h"
#include "sim/config/run_config.h"
#include "sim/functional/interpreter.h"
#include "sim/functional/race_check.h"
#include "sim/isa/program_file.h"
#include "sim/model/simulate.h"
#include "tests/support/support.h"

namespace npusim {
namespace {

using Tensor = std::vector<std::int8_t>;
using Tensors = std::vector<Tensor>;

config::RunConfig shipped_run(const std::string& hardware) {
  config::RunFlags flags;
  flags.hardware = (test::source_dir() / "configs" / hardware).string();
  return config::read_run_config(
      (test::source_dir() / "workloads" / "mobilenet.yaml").string(), flags, {},
      {{test::source_dir() / "workloads"}, {test::source_dir() / "configs"}});
}

Tensor first_image(const config::RunConfig& run, const graph::QuantizedGraph& graph) {
  const std::vector<float> tensor = data::open_dataset(*run.dataset, run.input)->sample(0).tensor;
  Tensor codes(tensor.size());
  execute::quantize_input(tensor.data(), static_cast<std::int64_t>(tensor.size()),
                          graph.nodes[0].quantization, graph.nodes[0].clamps, codes.data());
  return codes;
}

class TensorCollector final : public model::Observer {
 public:
  explicit TensorCollector(std::size_t tensors) : tensors_(tensors) {}
  void on_tensor(std::size_t tensor, const std::uint8_t* data, std::size_t bytes,
                 std::int64_t) override {
    const auto* codes = reinterpret_cast<const std::int8_t*>(data);
    tensors_.at(tensor).assign(codes, codes + bytes);
  }
  const Tensors& tensors() const { return tensors_; }

 private:
  Tensors tensors_;
};

class ShippedNetwork : public testing::TestWithParam<const char*> {};

TEST_P(ShippedNetwork, ExecutorInterpreterAndMachineAgreeForEveryScheme) {
  const config::RunConfig run = shipped_run(GetParam());
  compile::Pipeline pipeline(run, 2);
  for (const std::string& scheme : quantize::scheme_names()) {
    const isa::Program program = pipeline.program(scheme);
    const graph::QuantizedGraph& graph = pipeline.quantized(scheme).graph;
    EXPECT_EQ(functional::find_races(program), std::vector<std::string>{});
    const Tensor input = first_image(run, graph);

    Tensors wanted(graph.nodes.size());
    execute::IntegerExecutor(graph).run(
        input.data(), [&](graph::NodeId node, const std::int8_t* values, std::int64_t count) {
          wanted[static_cast<std::size_t>(node)].assign(values, values + count);
        });
    Tensors interpreted(program.tensors.size());
    functional::run(program, {input}, [&](std::uint32_t tensor, const Tensor& values) {
      interpreted[tensor] = values;
    });
    EXPECT_EQ(wanted, interpreted) << scheme;
    TensorCollector machine(program.tensors.size());
    model::SimulationOptions options;
    options.observer = &machine;
    model::simulate(program, {input}, options);
    EXPECT_EQ(wanted, machine.tensors()) << scheme;
  }
}

INSTANTIATE_TEST_SUITE_P(Hardware, ShippedNetwork,
                         testing::Values("npu_32x32.yaml", "npu_16x16_edge.yaml"));

// Changes with network, quantization, compiler, hardware file and Program format, never with the
// machine that compiles. Update it in a commit of its own that says why.
constexpr std::uint64_t kProgramHash = 15897397463007136156U;

TEST(ShippedProgram, IsTheSameOnEveryTarget) {
  for (const std::int64_t target : arith::simd_targets()) {
    arith::use_simd_target(target);
    compile::Pipeline pipeline(shipped_run("npu_32x32.yaml"), 2);
    const std::vector<std::uint8_t> bytes = isa::serialize(pipeline.program("shift_scaler"));
    EXPECT_EQ(XXH64(bytes.data(), bytes.size(), 0), kProgramHash)
        << arith::simd_target_name(target);
  }
  arith::use_simd_target(0);
}

}  // namespace
}  // namespace npusim
