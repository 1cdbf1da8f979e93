// SPDX-License-Identifier: Apache-2.0
// Networks as exporters write them, from the ONNX model to the machine: the imported network,
// before and after the passes, computes what the model does by a plain evaluation of the model
// itself; and quantized and compiled the machine agrees with the graph executor in every tensor.
#include "tests/support/exported_networks.h"

#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "frontend/compile/compile.h"
#include "frontend/execute/float_executor.h"
#include "frontend/graph/passes.h"
#include "frontend/import/onnx_importer.h"
#include "frontend/quantize/calibration.h"
#include "frontend/quantize/quantize.h"
#include "sim/config/hardware_reader.h"
#include "tests/support/naive_graph.h"
#include "tests/support/naive_onnx.h"
#include "tests/support/readings.h"
#include "tests/support/support.h"

namespace npusim {
namespace {

using test::ExportedNetwork;

// The image `index` in the model's own order.
test::NaiveTensor drawn_input(const ExportedNetwork& network, std::uint64_t index) {
  std::size_t count = 1;
  for (const std::int64_t dim : network.input) count *= static_cast<std::size_t>(dim);
  const std::vector<float> values = test::random_floats(count, 100 + index);
  return {network.input, {values.begin(), values.end()}};
}

std::vector<float> to_hwc(const ExportedNetwork& network, const test::NaiveTensor& tensor) {
  std::vector<float> values(tensor.values.begin(), tensor.values.end());
  if (network.channels_last || tensor.dims.size() != 4) return values;
  const auto channels = static_cast<std::size_t>(tensor.dims[1]);
  const std::size_t positions = values.size() / channels;
  std::vector<float> hwc;
  for (std::size_t p = 0; p < positions; ++p) {
    for (std::size_t c = 0; c < channels; ++c) hwc.push_back(values[c * positions + p]);
  }
  return hwc;
}

void expect_equal(const graph::Graph& graph, const std::vector<float>& input,
                  const std::vector<double>& wanted, const char* which) {
  execute::FloatExecutor executor(graph);
  ASSERT_EQ(executor.input_elements(), static_cast<std::int64_t>(input.size()));
  const float* got = executor.run(input.data());
  ASSERT_EQ(executor.output_elements(), static_cast<std::int64_t>(wanted.size()));
  double largest = 0;
  for (const double value : wanted) largest = std::max(largest, std::abs(value));
  EXPECT_GT(largest, 0.01) << "the network must compute something";
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    EXPECT_NEAR(static_cast<double>(got[i]), wanted[i], 2e-6 + 2e-5 * largest)
        << which << ", value " << i;
  }
}

std::string kinds_of(const graph::Graph& graph) {
  std::string text;
  for (const graph::Node& node : graph.nodes) {
    if (std::holds_alternative<graph::Input>(node.op)) continue;
    text += (text.empty() ? "" : " ") + graph::kind_name(node.op);
  }
  return text;
}

graph::QuantizedGraph quantized(const ExportedNetwork& network, const graph::Graph& prepared) {
  const auto calibrator = quantize::make_calibrator("min_max");
  const quantize::Calibration calibration = quantize::calibrate(
      prepared,
      [&](std::int64_t image) {
        return to_hwc(network, drawn_input(network, static_cast<std::uint64_t>(image)));
      },
      3, *calibrator, 1);
  return quantize::quantize_graph(prepared, calibration, {}, {}).graph;
}

class ExportedNetworks : public testing::TestWithParam<ExportedNetwork> {};

TEST_P(ExportedNetworks, FromTheModelToTheMachine) {
  const ExportedNetwork& network = GetParam();
  test::OnnxBuilder model = network.build();
  const test::NaiveTensor input = drawn_input(network, 0);
  const test::NaiveTensor wanted = test::evaluate_onnx(model.proto(), input);
  const graph::Graph imported = import::import_onnx(model.bytes(), network.name + ".onnx");
  expect_equal(imported, to_hwc(network, input), wanted.values, "imported");
  const graph::Graph prepared = graph::prepare(imported);
  expect_equal(prepared, to_hwc(network, input), wanted.values, "prepared");
  EXPECT_EQ(kinds_of(prepared), network.kinds);

  const graph::QuantizedGraph integers = quantized(network, prepared);
  const config::HardwareConfig hardware =
      config::read_hardware_config(test::source_dir() / "configs" / "npu_16x16_edge.yaml");
  const isa::Program program = compile::compile(integers, hardware, {});
  const auto codes = test::random_codes(7, integers.nodes[0].shape.elements());
  EXPECT_EQ(test::tensors_that_differ(integers, program, codes), std::vector<std::string>{});
}

INSTANTIATE_TEST_SUITE_P(Known, ExportedNetworks, testing::ValuesIn(test::exported_networks()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace npusim
