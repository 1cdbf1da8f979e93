// SPDX-License-Identifier: Apache-2.0
// Drawn networks on drawn machines: graph executor = Program interpreter = SystemC machine, tensor
// by tensor; no races; and no result depends on the order in which the kernel runs the units. (The
// machine itself checks that cycles and bytes are conserved in every run.)
#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "frontend/compile/compile.h"
#include "frontend/execute/integer_executor.h"
#include "frontend/graph/equalize.h"
#include "frontend/graph/verify.h"
#include "frontend/quantize/calibration.h"
#include "frontend/quantize/quantize.h"
#include "sim/base/errors.h"
#include "sim/functional/interpreter.h"
#include "sim/functional/race_check.h"
#include "sim/isa/program_file.h"
#include "sim/model/simulate.h"
#include "tests/support/random_network.h"

namespace npusim {
namespace {

using Tensor = std::vector<std::int8_t>;
using Tensors = std::vector<Tensor>;

constexpr std::uint64_t kCases = 320;

/// Nothing where the drawn weights and biases need wider accumulators than a machine can have.
std::optional<graph::QuantizedGraph> quantize_drawn(std::uint64_t seed,
                                                    const config::HardwareConfig& hardware) try {
  graph::Graph network = test::random_network(seed);
  if (seed % 4 == 1) network = graph::equalize(std::move(network)).graph;
  graph::verify(network);
  const auto calibrator = quantize::make_calibrator("min_max");
  const std::int64_t input_elements = network.nodes[0].shape.elements();
  const quantize::Calibration calibration = quantize::calibrate(
      network,
      [&](std::int64_t image) {
        return test::random_input(seed * 10 + static_cast<std::uint64_t>(image), input_elements);
      },
      3, *calibrator, 1);
  quantize::QuantizationOptions options;
  const std::vector<std::string>& schemes = quantize::scheme_names();
  options.layers.scheme.scheme = schemes[seed % schemes.size()];
  options.layers.scheme.field_bits = static_cast<std::int32_t>(seed / 3 % 5);
  options.layers.scheme.symmetric =
      options.layers.scheme.scheme != "per_layer" || seed / 15 % 2 == 0;
  options.bias_correction = seed % 2 == 0;
  quantize::HardwareLimits limits;
  limits.multiplier_bits = static_cast<std::int32_t>(hardware.requantization.multiplier_bits);
  limits.shift_before_multiply =
      hardware.requantization.placement == config::ShifterPlacement::pre_multiply;
  return quantize::quantize_graph(network, calibration, options, limits).graph;
} catch (const base::InputError& error) {
  if (std::string(error.what()).find("accumulator_bits") == std::string::npos) throw;
  return std::nullopt;
}

/// The machine of the seed, its scratchpads doubled until the network fits.
isa::Program compile_drawn(std::uint64_t seed, const graph::QuantizedGraph& graph) {
  for (std::int64_t scale = 1;; scale *= 2) {
    try {
      return compile::compile(graph, test::random_hardware(seed, scale), {});
    } catch (const base::InputError& error) {
      if (scale > 4096) throw;
    }
  }
}

Tensor drawn_codes(std::uint64_t seed, std::int64_t count) {
  Tensor codes;
  for (const float value : test::random_input(seed, count)) {
    codes.push_back(static_cast<std::int8_t>(static_cast<int>(value * 128.0F)));
  }
  return codes;
}

class TensorCollector final : public model::Observer {
 public:
  explicit TensorCollector(std::size_t tensors) : tensors_(tensors) {}
  void on_tensor(std::size_t tensor, const std::uint8_t* data, std::size_t bytes,
                 std::int64_t) override {
    tensors_.at(tensor).assign(reinterpret_cast<const std::int8_t*>(data),
                               reinterpret_cast<const std::int8_t*>(data) + bytes);
  }
  const Tensors& tensors() const { return tensors_; }

 private:
  Tensors tensors_;
};

void expect_equal(const isa::Program& program, const Tensors& wanted, const Tensors& got,
                  const char* who) {
  for (std::size_t t = 0; t < wanted.size(); ++t) {
    EXPECT_EQ(wanted[t], got[t]) << who << ": tensor " << program.tensors[t].name;
  }
}

// What is drawn reaches the clamps that channels have of their own.
TEST(DrawnNetworksTest, SomeClampChannelsOnTheirOwn) {
  int layers = 0;
  for (std::uint64_t seed = 1; seed < kCases; seed += 4) {
    const auto drawn = quantize_drawn(seed, test::random_hardware(seed, 1));
    for (std::size_t i = 0; drawn && i < drawn->nodes.size(); ++i) {
      layers += drawn->nodes[i].channel_clamps.empty() ? 0 : 1;
    }
  }
  EXPECT_GE(layers, 10);
}

class DrawnNetworks : public testing::TestWithParam<std::uint64_t> {};

TEST_P(DrawnNetworks, ExecutorInterpreterAndMachineAgree) {
  const std::uint64_t seed = GetParam();
  const auto drawn = quantize_drawn(seed, test::random_hardware(seed, 1));
  if (!drawn) GTEST_SKIP() << "refused by the quantizer";
  const graph::QuantizedGraph& graph = *drawn;
  const isa::Program program = compile_drawn(seed, graph);
  EXPECT_EQ(functional::find_races(program), std::vector<std::string>{});

  const Tensor input = drawn_codes(seed, graph.nodes[0].shape.elements());
  Tensors wanted(graph.nodes.size());
  execute::IntegerExecutor executor(graph);
  executor.run(input.data(),
               [&](graph::NodeId node, const std::int8_t* values, std::int64_t count) {
                 wanted[static_cast<std::size_t>(node)].assign(values, values + count);
               });

  Tensors interpreted(program.tensors.size());
  functional::run(program, {input}, [&](std::uint32_t tensor, const Tensor& values) {
    interpreted[tensor] = values;
  });
  expect_equal(program, wanted, interpreted, "interpreter");

  TensorCollector machine(program.tensors.size());
  model::SimulationOptions options;
  options.observer = &machine;
  const stats::SimulationResult result = model::simulate(program, {input}, options);
  expect_equal(program, wanted, machine.tensors(), "machine");

  options.observer = nullptr;
  options.construction_seed = static_cast<std::uint32_t>(seed) + 1;
  options.timing_only = true;
  const stats::SimulationResult shuffled = model::simulate(program, {}, options);
  EXPECT_EQ(result.total_cycles, shuffled.total_cycles);
  for (std::size_t u = 0; u < result.units.size(); ++u) {
    EXPECT_EQ(result.units[u].cycles, shuffled.units[u].cycles) << result.units[u].name;
  }
}

TEST_P(DrawnNetworks, TheProgramFileCarriesEverything) {
  const std::uint64_t seed = GetParam();
  const auto drawn = quantize_drawn(seed, test::random_hardware(seed, 1));
  if (!drawn) GTEST_SKIP() << "refused by the quantizer";
  const graph::QuantizedGraph& graph = *drawn;
  const std::vector<std::uint8_t> bytes = isa::serialize(compile_drawn(seed, graph));
  EXPECT_EQ(isa::serialize(isa::deserialize(bytes.data(), bytes.size(), "drawn")), bytes);
}

INSTANTIATE_TEST_SUITE_P(Seeds, DrawnNetworks,
                         testing::Range<std::uint64_t>(0, test::draws(kCases)));

}  // namespace
}  // namespace npusim
