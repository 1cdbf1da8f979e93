// SPDX-License-Identifier: Apache-2.0
// Drawn networks that are quantized, written as ONNX with QuantizeLinear and DequantizeLinear, and
// read back: the same integers come out; the machine agrees with the graph executor in every
// tensor; and each layer gives the codes that ONNX asks for, by a plain evaluation of the model,
// but for sums that lie on or next to a tie.
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
#include "frontend/graph/passes.h"
#include "frontend/import/onnx_importer.h"
#include "frontend/quantize/calibration.h"
#include "frontend/quantize/quantize.h"
#include "sim/config/hardware_reader.h"
#include "tests/support/naive_onnx.h"
#include "tests/support/qdq_export.h"
#include "tests/support/random_network.h"
#include "tests/support/readings.h"
#include "tests/support/support.h"

namespace npusim {
namespace {

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

graph::QuantizedGraph quantized(const graph::Graph& network, std::uint64_t seed) {
  quantize::QuantizationOptions options;
  const std::vector<std::string>& schemes = quantize::scheme_names();
  options.layers.scheme.scheme = schemes[seed % schemes.size()];
  return quantize::quantize_graph(network, calibrated(network, seed), options, {}).graph;
}

test::QdqStyle style_of(std::uint64_t seed) {
  test::QdqStyle style;
  style.unsigned_activations = seed % 2 == 1;
  style.unsigned_weights = seed / 2 % 3 == 1;
  style.float_weights = seed / 2 % 3 == 2;
  style.opset = seed % 5 == 0 ? 17 : 14;
  return style;
}

void expect_same_integers(const graph::QuantizedGraph& wanted, const graph::QuantizedGraph& got) {
  ASSERT_EQ(wanted.nodes.size(), got.nodes.size());
  for (std::size_t i = 0; i < wanted.nodes.size(); ++i) {
    const graph::QuantizedNode& a = wanted.nodes[i];
    const graph::QuantizedNode& b = got.nodes[i];
    EXPECT_EQ(graph::kind_name(a.op), graph::kind_name(b.op)) << a.name;
    EXPECT_EQ(a.quantization.zero_point, b.quantization.zero_point) << a.name;
    EXPECT_EQ(a.clamps.low, b.clamps.low) << a.name;
    EXPECT_EQ(a.clamps.high, b.clamps.high) << a.name;
    const auto* conv = std::get_if<graph::QuantizedConv>(&a.op);
    if (conv == nullptr) continue;
    const auto& read = std::get<graph::QuantizedConv>(b.op);
    EXPECT_EQ(conv->weights_ohwi, read.weights_ohwi) << a.name;
    EXPECT_EQ(conv->bias, read.bias) << a.name;
    EXPECT_EQ(conv->weight_zero_point, read.weight_zero_point) << a.name;
    EXPECT_EQ(conv->requantization.channel_shifts, read.requantization.channel_shifts) << a.name;
    EXPECT_EQ(conv->requantization.scales.size(), read.requantization.scales.size()) << a.name;
  }
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
Difference difference_to_onnx(const onnx::ModelProto& model, const graph::QuantizedGraph& graph,
                              const Tensor& input) {
  std::map<std::string, test::NaiveTensor> known;
  execute::IntegerExecutor executor(graph);
  executor.run(input.data(), [&](graph::NodeId id, const std::int8_t* codes, std::int64_t count) {
    known["t" + std::to_string(id)] = real_values(graph.node(id), Tensor(codes, codes + count));
  });
  const auto computed = test::evaluate_onnx_tensors(model, known.at("t0"), known);
  Difference result;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const std::string name = "t" + std::to_string(i);
    const std::vector<double>& wanted = computed.at(name).values;
    const std::vector<double>& got = known.at(name).values;
    EXPECT_EQ(wanted.size(), got.size()) << name;
    if (i == 0) continue;
    const double scale = graph.nodes[i].quantization.scale;
    const std::vector<double>& sums = computed.at(rounded_tensor(model, name + "_q")).values;
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

class QuantizedNetworks : public testing::TestWithParam<std::uint64_t> {};

TEST_P(QuantizedNetworks, AreReadBackAndRunOnTheMachine) {
  const std::uint64_t seed = GetParam();
  const graph::Graph drawn = test::random_network(seed);
  const graph::QuantizedGraph ours = quantized(drawn, seed);
  test::OnnxBuilder model = test::export_qdq(drawn, ours, style_of(seed));
  const graph::Graph network = graph::prepare(import::import_onnx(model.bytes(), "quantized.onnx"));
  for (const graph::Node& node : network.nodes) {
    EXPECT_TRUE(node.given) << node.name;
    const auto* conv = std::get_if<graph::Conv>(&node.op);
    EXPECT_TRUE(conv == nullptr || conv->given) << node.name;
  }
  const graph::QuantizedGraph read = quantized(network, seed);
  expect_same_integers(ours, read);

  const Tensor input = test::random_codes(seed, read.nodes[0].shape.elements());
  const config::HardwareConfig hardware =
      config::read_hardware_config(test::source_dir() / "configs" / "npu_16x16_edge.yaml");
  EXPECT_EQ(test::tensors_that_differ(read, compile::compile(read, hardware, {}), input),
            std::vector<std::string>{});

  const Difference difference = difference_to_onnx(model.proto(), read, input);
  EXPECT_LT(difference.largest, 1.5);
  // Ties go away from zero here, to the even code in ONNX. Multipliers of 20 bits (Add, Concat) are
  // off by 255 * 2^-20 codes at most, for each operand; those of 31 bits and biases by less.
  EXPECT_LT(difference.farthest_from_tie, 5.1e-4);
  RecordProperty("codes", static_cast<int>(difference.codes));
  RecordProperty("different", static_cast<int>(difference.different));
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
  const config::HardwareConfig hardware =
      config::read_hardware_config(test::source_dir() / "configs" / "npu_16x16_edge.yaml");
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
