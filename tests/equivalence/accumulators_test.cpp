// SPDX-License-Identifier: Apache-2.0
// Accumulators of any width: guaranteed ones hold what inputs built for the worst can reach, with a
// bit less they do not; saturating and wrapping ones are the same in graph executor, interpreter
// and SystemC machine, tensor by tensor and overflow by overflow.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "frontend/compile/compile.h"
#include "frontend/execute/integer_executor.h"
#include "frontend/execute/plain_integer_executor.h"
#include "frontend/quantize/calibration.h"
#include "frontend/quantize/quantize.h"
#include "sim/base/errors.h"
#include "sim/functional/interpreter.h"
#include "sim/model/simulate.h"
#include "tests/support/random_network.h"
#include "tests/support/readings.h"

namespace npusim {
namespace {

using Tensor = std::vector<std::int8_t>;
using Counts = std::vector<std::int64_t>;

quantize::Quantization quantize_drawn(std::uint64_t seed, const quantize::HardwareLimits& limits) {
  const graph::Graph network = test::random_network(seed);
  const auto calibrator = quantize::make_calibrator("min_max");
  const std::int64_t elements = network.nodes[0].shape.elements();
  const quantize::Calibration calibration = quantize::calibrate(
      network,
      [&](std::int64_t image) {
        return test::random_input(seed * 10 + static_cast<std::uint64_t>(image), elements);
      },
      2, *calibrator, 1);
  quantize::QuantizationOptions options;
  const std::vector<std::string>& schemes = quantize::scheme_names();
  options.layers.scheme.scheme = schemes[seed % schemes.size()];
  options.layers.scheme.symmetric =
      options.layers.scheme.scheme != "per_layer" || seed / 3 % 2 == 0;
  return quantize::quantize_graph(network, calibration, options, limits);
}

config::HardwareConfig machine(std::uint64_t seed, std::int64_t scale,
                               const graph::Accumulator& accumulator) {
  config::HardwareConfig hardware = test::random_hardware(seed, scale);
  hardware.requantization.multiplier_bits = 31;
  hardware.requantization.placement = config::ShifterPlacement::fused;
  hardware.mac_array.accumulator_bits = accumulator.bits;
  hardware.mac_array.accumulator =
      accumulator.overflow == graph::Overflow::saturate ? config::AccumulatorOverflow::saturate
      : accumulator.overflow == graph::Overflow::wrap   ? config::AccumulatorOverflow::wrap
                                                        : config::AccumulatorOverflow::guaranteed;
  return hardware;
}

/// For the machine of the seed, its scratchpads doubled until the network fits.
isa::Program compile_drawn(std::uint64_t seed, const graph::QuantizedGraph& graph) {
  for (std::int64_t scale = 1;; scale *= 2) {
    try {
      return compile::compile(graph, machine(seed, scale, graph.accumulator), {});
    } catch (const base::InputError&) {
      if (scale > 4096) throw;
    }
  }
}

/// Overflows by layer of the Program as each of the three readings counts them, all tensors
/// compared.
Counts overflows_of_all_readings(const graph::QuantizedGraph& graph, const isa::Program& program,
                                 const Tensor& input) {
  execute::IntegerExecutor executor(graph);
  test::CodeTensors wanted(graph.nodes.size());
  executor.run(input.data(),
               [&](graph::NodeId node, const std::int8_t* values, std::int64_t count) {
                 wanted[static_cast<std::size_t>(node)].assign(values, values + count);
               });
  Counts expected;
  for (const isa::LayerInfo& layer : program.layers) {
    expected.push_back(executor.overflows().at(layer.output_tensor));
  }
  functional::Interpreter interpreter(program);
  interpreter.set_observer([&](std::uint32_t tensor, const Tensor& values) {
    EXPECT_EQ(values, wanted[tensor]) << "interpreter: " << program.tensors[tensor].name;
  });
  interpreter.start({input});
  while (interpreter.step()) {
  }
  EXPECT_EQ(interpreter.overflows(), expected);

  EXPECT_EQ(test::tensors_that_differ(program, wanted, input), std::vector<std::string>{});
  const stats::SimulationResult result = model::simulate(program, {input}, {});
  Counts of_machine;
  for (const stats::LayerResult& layer : result.layers)
    of_machine.push_back(layer.accumulator_overflows);
  EXPECT_EQ(of_machine, expected);
  return expected;
}

std::int64_t sum(const Counts& counts) {
  std::int64_t all = 0;
  for (const std::int64_t count : counts) all += count;
  return all;
}

class NarrowAccumulators : public testing::TestWithParam<std::uint64_t> {};

TEST_P(NarrowAccumulators, ExecutorInterpreterAndMachineAgree) {
  const std::uint64_t seed = GetParam();
  const std::int32_t safe = quantize_drawn(seed, {}).summary.safe_accumulator_bits;
  for (const graph::Overflow overflow : {graph::Overflow::saturate, graph::Overflow::wrap}) {
    quantize::HardwareLimits limits;
    limits.overflow = overflow;
    limits.accumulator_bits = std::max(8, safe - static_cast<std::int32_t>(seed % 7));
    const graph::QuantizedGraph graph = quantize_drawn(seed, limits).graph;
    const isa::Program program = compile_drawn(seed, graph);
    const Tensor input = test::random_codes(seed, graph.nodes[0].shape.elements());
    const Counts counts = overflows_of_all_readings(graph, program, input);
    if (limits.accumulator_bits == safe) {
      EXPECT_EQ(sum(counts), 0);
    }
    if (limits.accumulator_bits <= safe - 5) {
      EXPECT_GT(sum(counts), 0);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, NarrowAccumulators,
                         testing::Range<std::uint64_t>(0, test::draws(42)));

/// One layer with weights alone, its input as it is within the network.
graph::QuantizedGraph alone(const graph::QuantizedGraph& network, graph::NodeId id) {
  graph::QuantizedGraph result;
  result.name = "alone";
  result.scheme = network.scheme;
  result.nodes = {network.node(network.node(id).inputs[0]), network.node(id)};
  result.nodes[0].op = graph::Input{};
  result.nodes[0].inputs.clear();
  result.nodes[1].inputs = {0};
  result.outputs = {1};
  return result;
}

/// The extreme prefix of one channel, and the codes that reach it, by reduction index.
struct Worst {
  std::int64_t channel = 0;
  std::int64_t sum = 0;
  Tensor codes;
};

int bits_of(std::int64_t value) {
  int bits = 1;
  while (value < -(std::int64_t{1} << (bits - 1)) || value >= std::int64_t{1} << (bits - 1)) ++bits;
  return bits;
}

Worst worst_of(const graph::QuantizedConv& conv, const graph::Clamps& clamps) {
  Worst worst;
  int most_bits = 0;
  const std::size_t length = conv.weights_ohwi.size() / static_cast<std::size_t>(conv.out_channels);
  for (std::int64_t c = 0; c < conv.out_channels; ++c) {
    const std::int8_t* weights = conv.weights_ohwi.data() + static_cast<std::size_t>(c) * length;
    for (const bool up : {false, true}) {
      std::int64_t running = conv.bias[static_cast<std::size_t>(c)];
      std::int64_t extreme = running;
      Tensor codes;
      for (std::size_t k = 0; k < length; ++k) {
        const std::int32_t weight = weights[k] - conv.weight_zero_point;
        const std::int32_t code = (weight > 0) == up ? clamps.high : clamps.low;
        codes.push_back(static_cast<std::int8_t>(code));
        running += weight * code;
        extreme = up ? std::max(extreme, running) : std::min(extreme, running);
      }
      if (bits_of(extreme) <= most_bits) continue;
      most_bits = bits_of(extreme);
      worst = {c, extreme, codes};
    }
  }
  return worst;
}

/// An input of the layer that gives `codes` to one output pixel of the channel; nothing where every
/// window touches the padding.
std::optional<Tensor> input_of(const graph::QuantizedGraph& layer, const Worst& worst) {
  const auto& conv = std::get<graph::QuantizedConv>(layer.nodes[1].op);
  if (conv.kind == graph::ConvKind::gemm) return worst.codes;
  const graph::Shape& in = layer.nodes[0].shape;
  const graph::Window& w = conv.window;
  const auto first = [](std::int64_t pad, std::int64_t stride) {
    const std::int64_t steps = (std::max<std::int64_t>(pad, 0) + stride - 1) / stride;
    return steps * stride - pad;
  };
  const std::int64_t top = first(w.pad_top, w.stride_h);
  const std::int64_t left = first(w.pad_left, w.stride_w);
  if (top + (w.kernel_h - 1) * w.dilation_h >= in.height) return std::nullopt;
  if (left + (w.kernel_w - 1) * w.dilation_w >= in.width) return std::nullopt;
  const std::int64_t channels = conv.in_channels / conv.groups;
  const std::int64_t group = worst.channel / (conv.out_channels / conv.groups);
  Tensor input(static_cast<std::size_t>(in.elements()),
               static_cast<std::int8_t>(layer.nodes[0].clamps.low));
  std::size_t k = 0;
  for (std::int64_t i = 0; i < w.kernel_h; ++i) {
    for (std::int64_t j = 0; j < w.kernel_w; ++j) {
      const std::int64_t pixel = (top + i * w.dilation_h) * in.width + left + j * w.dilation_w;
      for (std::int64_t d = 0; d < channels; ++d, ++k) {
        input[static_cast<std::size_t>(pixel * in.channels + group * channels + d)] =
            worst.codes[k];
      }
    }
  }
  return input;
}

std::int64_t plain_overflows(graph::QuantizedGraph layer, const Tensor& input, int bits,
                             graph::Overflow overflow) {
  layer.accumulator = {bits, overflow};
  Counts counts;
  execute::run_plain(layer, input, &counts);
  return counts[1];
}

// The layer on its own with P and P - 1 bits, the input built for its worst channel.
void expect_exact_bound(std::uint64_t seed, graph::QuantizedGraph layer, const Tensor& input,
                        int bits) {
  EXPECT_EQ(plain_overflows(layer, input, bits, graph::Overflow::guaranteed), 0);
  EXPECT_THROW(plain_overflows(layer, input, bits - 1, graph::Overflow::guaranteed),
               base::InternalError);
  for (const graph::Overflow overflow : {graph::Overflow::saturate, graph::Overflow::wrap}) {
    EXPECT_EQ(plain_overflows(layer, input, bits, overflow), 0);
    const std::int64_t expected = plain_overflows(layer, input, bits - 1, overflow);
    EXPECT_GT(expected, 0);
    if (bits <= 8) continue;  // no machine has fewer
    layer.accumulator = {bits - 1, overflow};
    const isa::Program program = compile_drawn(seed, layer);
    EXPECT_EQ(overflows_of_all_readings(layer, program, input), Counts{expected});
  }
  if (bits < 8) return;
  layer.accumulator = {bits, graph::Overflow::guaranteed};
  std::get<graph::QuantizedConv>(layer.nodes[1].op).safe_accumulator_bits = bits;
  // The interpreter ends where a guaranteed sum leaves its bits.
  EXPECT_EQ(overflows_of_all_readings(layer, compile_drawn(seed, layer), input), Counts{0});
}

TEST(GuaranteedAccumulators, BuiltInputsReachTheBoundExactly) {
  int reached = 0;
  int layers = 0;
  for (std::uint64_t seed = 0; seed < test::draws(24); ++seed) {
    const quantize::Quantization drawn = quantize_drawn(seed, {});
    for (const quantize::LayerSummary& summary : drawn.summary.layers) {
      const graph::QuantizedGraph layer = alone(drawn.graph, summary.node);
      const auto& conv = std::get<graph::QuantizedConv>(layer.nodes[1].op);
      ++layers;
      const Worst worst = worst_of(conv, layer.nodes[0].clamps);
      const int bits = bits_of(worst.sum);
      EXPECT_LE(bits, summary.safe_accumulator_bits);
      const std::optional<Tensor> input = input_of(layer, worst);
      // With a weight zero point the proof covers a second sum, which no machine here forms.
      const bool one_sum = conv.weight_zero_point == 0;
      if (!input || (one_sum && bits < summary.safe_accumulator_bits)) continue;
      ++reached;
      SCOPED_TRACE("seed " + std::to_string(seed) + ", " + layer.nodes[1].name);
      expect_exact_bound(seed, layer, *input, bits);
    }
  }
  // Where it is not, every window touches the padding, whose code is outside the input's clamps.
  EXPECT_GE(reached, layers * 3 / 4) << "of " << layers;
}

}  // namespace
}  // namespace npusim
