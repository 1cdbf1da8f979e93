// SPDX-License-Identifier: Apache-2.0
// Drawn networks that are quantized, exported as ONNX with QuantizeLinear and DequantizeLinear, and
// read back: the same integers come out, bit for bit; the machine agrees with the graph executor in
// every tensor; and each layer gives the codes that ONNX asks for, by a plain evaluation of the
// model, but for sums that lie on or next to a tie.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "frontend/compile/compile.h"
#include "frontend/execute/integer_executor.h"
#include "frontend/export/exporter.h"
#include "frontend/graph/passes.h"
#include "frontend/import/onnx_importer.h"
#include "frontend/quantize/calibration.h"
#include "frontend/quantize/quantize.h"
#include "sim/config/hardware_reader.h"
#include "tests/support/integer_graphs.h"
#include "tests/support/naive_onnx.h"
#include "tests/support/qdq_styles.h"
#include "tests/support/random_network.h"
#include "tests/support/readings.h"
#include "tests/support/support.h"

namespace npusim {
namespace {

using testing::IsEmpty;
using Tensor = std::vector<std::int8_t>;

constexpr std::uint64_t kCases = 120;

quantize::Calibration calibrated(const graph::Graph& network, std::uint64_t seed) {
  const std::int64_t elements = network.nodes[0].shape.elements();
  return quantize::calibrate(
      network,
      [&](std::int64_t image) {
        return test::random_input(seed * 10 + static_cast<std::uint64_t>(image), elements);
      },
      2, *quantize::make_calibrator("min_max"), 1);
}

quantize::HardwareLimits limits_of(std::uint64_t seed) {
  quantize::HardwareLimits limits;
  limits.multiplier_bits = seed / 3 % 2 == 0 ? 31 : 15;
  return limits;
}

config::HardwareConfig hardware_of(std::uint64_t seed) {
  config::HardwareConfig hardware =
      config::read_hardware_config(test::source_dir() / "configs" / "npu_16x16_edge.yaml");
  hardware.requantization.multiplier_bits = limits_of(seed).multiplier_bits;
  return hardware;
}

quantize::QuantizationOptions options_of(std::uint64_t seed) {
  quantize::QuantizationOptions options;
  const std::vector<std::string>& schemes = quantize::scheme_names();
  options.layers.scheme.scheme = schemes[seed % schemes.size()];
  return options;
}

graph::QuantizedGraph quantized(const graph::Graph& network, std::uint64_t seed,
                                const quantize::QuantizationOptions& options) {
  return quantize::quantize_graph(network, calibrated(network, seed), options, limits_of(seed))
      .graph;
}

graph::QuantizedGraph quantized(const graph::Graph& network, std::uint64_t seed) {
  return quantized(network, seed, options_of(seed));
}

test::QdqStyle style_of(std::uint64_t seed) {
  test::QdqStyle style;
  style.unsigned_activations = seed % 2 == 1;
  style.unsigned_weights = seed / 2 % 3 == 1;
  style.float_weights = seed / 2 % 3 == 2;
  style.opset = seed % 5 == 0 ? 17 : 13;
  return style;
}

exporter::ExportedModel exported(const graph::Graph& network, const graph::QuantizedGraph& graph) {
  return exporter::to_onnx(network, graph, import::default_interface(network), {});
}

graph::Graph read_back(const std::string& bytes) {
  return graph::prepare(import::import_onnx(bytes, "quantized.onnx"));
}

// height, width, channel codes to the real values in ONNX's order.
test::NaiveTensor real_values(const graph::QuantizedNode& node, const Tensor& codes) {
  const graph::Shape& s = node.shape;
  test::NaiveTensor tensor{{1, s.channels, s.height, s.width}, {}, true};
  for (std::int64_t c = 0; c < s.channels; ++c) {
    for (std::int64_t p = 0; p < s.height * s.width; ++p) {
      const int code{codes[static_cast<std::size_t>(p * s.channels + c)]};
      tensor.values.push_back(node.quantization.scale * (code - node.quantization.zero_point));
    }
  }
  return tensor;
}

// What the QuantizeLinear that makes `codes` reads.
std::string rounded_tensor(const onnx::ModelProto& model, const std::string& codes) {
  for (const onnx::NodeProto& node : model.graph().node()) {
    if (node.output(0) == codes) return node.input(0);
  }
  return "";
}

struct Difference {
  std::int64_t codes = 0;
  std::int64_t different = 0;
  double largest = 0;            // in codes
  double farthest_from_tie = 0;  // in codes, of the sums whose codes differ
};

/// Each layer by itself: all read the integer network's codes.
Difference difference_to_onnx(const exporter::ExportedModel& exported,
                              const onnx::ModelProto& model, const graph::QuantizedGraph& graph,
                              const Tensor& input) {
  std::map<std::string, test::NaiveTensor> known;
  execute::IntegerExecutor executor(graph);
  executor.run(input.data(), [&](graph::NodeId id, const std::int8_t* codes, std::int64_t count) {
    known[exported.tensors.at(static_cast<std::size_t>(id))] =
        real_values(graph.node(id), Tensor(codes, codes + count));
  });
  const auto computed = test::evaluate_onnx_tensors(model, known.at(exported.tensors.at(0)), known);
  Difference result;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const std::string& name = exported.tensors.at(i);
    const std::vector<double>& wanted = computed.at(name).values;
    const std::vector<double>& got = known.at(name).values;
    EXPECT_EQ(wanted.size(), got.size()) << name;
    if (i == 0) continue;
    const double scale = graph.nodes[i].quantization.scale;
    const std::vector<double>& sums = computed.at(rounded_tensor(model, name + "_codes")).values;
    for (std::size_t k = 0; k < wanted.size(); ++k) {
      const double steps = std::abs(wanted[k] - got[k]) / scale;
      ++result.codes;
      result.largest = std::max(result.largest, steps);
      if (steps < 0.5) continue;
      ++result.different;
      const double sum = sums[k] / scale;
      const double from_tie = std::abs(sum - std::floor(sum) - 0.5);
      result.farthest_from_tie = std::max(result.farthest_from_tie, from_tie);
    }
  }
  return result;
}

std::vector<Tensor> outputs_of(const graph::QuantizedGraph& graph, const Tensor& input) {
  std::vector<Tensor> tensors(graph.nodes.size());
  execute::IntegerExecutor executor(graph);
  executor.run(input.data(), [&](graph::NodeId id, const std::int8_t* codes, std::int64_t count) {
    tensors[static_cast<std::size_t>(id)].assign(codes, codes + count);
  });
  std::vector<Tensor> outputs;
  for (const graph::NodeId id : graph.outputs) {
    outputs.push_back(std::move(tensors[static_cast<std::size_t>(id)]));
  }
  return outputs;
}

class QuantizedNetworks : public testing::TestWithParam<std::uint64_t> {};

TEST_P(QuantizedNetworks, AreReadBackAndRunOnTheMachine) {
  const std::uint64_t seed = GetParam();
  const graph::Graph drawn = test::random_network(seed);
  const graph::QuantizedGraph ours = quantized(drawn, seed);
  const exporter::ExportedModel model = exported(drawn, ours);
  const std::string styled = test::restyled(model.bytes, style_of(seed));
  const graph::Graph network = read_back(styled);
  for (const graph::Node& node : network.nodes) {
    EXPECT_TRUE(node.given) << node.name;
    const auto* conv = std::get_if<graph::Conv>(&node.op);
    EXPECT_TRUE(conv == nullptr || conv->given) << node.name;
  }
  const graph::QuantizedGraph read = quantized(network, seed);
  EXPECT_THAT(test::integers_that_differ(ours, read), IsEmpty());

  const Tensor input = test::random_codes(seed, read.nodes[0].shape.elements());
  const config::HardwareConfig hardware = hardware_of(seed);
  EXPECT_EQ(test::tensors_that_differ(read, compile::compile(read, hardware, {}), input),
            std::vector<std::string>{});

  onnx::ModelProto proto;
  ASSERT_TRUE(proto.ParseFromString(styled));
  const Difference difference = difference_to_onnx(model, proto, read, input);
  EXPECT_LT(difference.largest, 1.5);
  // Ties go away from zero here, to the even code in ONNX. Multipliers of 20 bits (Add, Concat) are
  // off by 255 * 2^-20 codes at most, for each operand, those of 15 bits by 255 * 2^-15; those of
  // 31 bits and biases by less.
  const bool is_wide = limits_of(seed).multiplier_bits == 31;
  EXPECT_LT(difference.farthest_from_tie, is_wide ? 5.1e-4 : 8e-3);
  RecordProperty("codes", static_cast<int>(difference.codes));
  RecordProperty("different", static_cast<int>(difference.different));
}

// What tools of quantization do not write, but this one does: weights of few bits, with a zero
// point, tensors of few bits.
TEST_P(QuantizedNetworks, OfAnyWidthAreReadBack) {
  const std::uint64_t seed = GetParam();
  const graph::Graph drawn = test::random_network(seed);
  quantize::QuantizationOptions options = options_of(seed);
  options.layers.scheme.symmetric = options.layers.scheme.scheme != "per_layer";
  options.layers.weight_bits = 2 + static_cast<std::int32_t>(seed % 7);
  graph::QuantizedGraph ours = quantized(drawn, seed, options);
  graph::QuantizedGraph read = quantized(read_back(exported(drawn, ours).bytes), seed);
  EXPECT_THAT(test::integers_that_differ(ours, read), IsEmpty());

  options.layers.activation_bits = 4 + static_cast<std::int32_t>(seed % 4);
  ours = quantized(drawn, seed, options);
  // The input, which is clamped here, gets a layer for it there: compared is what comes out.
  read = quantized(read_back(exported(drawn, ours).bytes), seed);
  Tensor input = test::random_codes(seed, ours.nodes[0].shape.elements());
  for (std::int8_t& code : input) {
    const graph::Clamps& range = ours.nodes[0].clamps;
    code = static_cast<std::int8_t>(std::clamp<std::int32_t>(code, range.low, range.high));
  }
  EXPECT_EQ(outputs_of(ours, input), outputs_of(read, input));
}

// Codes that no scheme of ours chooses: -128, and zero points of weights.
TEST_P(QuantizedNetworks, AnyCodesAndZeroPointsRunOnTheMachine) {
  const std::uint64_t seed = GetParam();
  graph::Graph network = test::random_network(seed);
  const auto zero_point = static_cast<std::int32_t>(seed * 37 % 256) - 128;
  for (graph::Node& node : network.nodes) {
    auto* conv = std::get_if<graph::Conv>(&node.op);
    if (conv == nullptr) continue;
    const auto count = static_cast<std::int64_t>(conv->weights_ohwi.size());
    graph::GivenWeights given{test::random_codes(seed + 1, count), {0x1p-9}, zero_point, {}, {}};
    given.codes_ohwi.front() = -128;
    for (std::size_t i = 0; i < given.codes_ohwi.size(); ++i) {
      conv->weights_ohwi[i] = static_cast<float>(given.codes_ohwi[i] - zero_point) * 0x1p-9F;
    }
    conv->given = std::move(given);
  }
  const graph::QuantizedGraph integers = quantized(network, seed);
  const Tensor input = test::random_codes(seed, integers.nodes[0].shape.elements());
  const config::HardwareConfig hardware = hardware_of(seed);
  EXPECT_EQ(test::tensors_that_differ(integers, compile::compile(integers, hardware, {}), input),
            std::vector<std::string>{});
  for (const graph::QuantizedNode& node : integers.nodes) {
    const auto* conv = std::get_if<graph::QuantizedConv>(&node.op);
    EXPECT_TRUE(conv == nullptr || conv->weight_zero_point == zero_point) << node.name;
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, QuantizedNetworks, testing::Range<std::uint64_t>(0, kCases));

}  // namespace
}  // namespace npusim
