// SPDX-License-Identifier: Apache-2.0
// The ONNX project's own test vectors (Debian package libonnx-testdata): each model that is
// imported must give the recorded outputs. Inputs but the first become constants, and batches are
// cut to their first element.
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <optional>
#include <set>

#include "frontend/graph/passes.h"
#include "frontend/import/onnx_importer.h"
#include "frontend/import/tensors.h"
#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "tests/support/naive_graph.h"

namespace npusim {
namespace {

namespace fs = std::filesystem;

fs::path data_folder() {
  const char* chosen = std::getenv("NPUSIM_ONNX_TESTDATA");
  return chosen != nullptr ? chosen : "/usr/share/libonnx-testdata/data";
}

struct Tensor {
  std::vector<std::int64_t> dims;
  std::vector<double> values;
};

template <typename Message>
Message read_message(const fs::path& path) {
  Message message;
  if (!message.ParseFromString(base::read_file_text(path))) {
    throw std::runtime_error("cannot parse " + path.string());
  }
  return message;
}

// The first element of the batch.
Tensor first_of_batch(const onnx::TensorProto& proto) {
  const std::vector<float> all = import::read_floats(proto);
  Tensor tensor{import::dims_of(proto), {}};
  if (tensor.dims.empty() || tensor.dims[0] < 1) return tensor;
  const std::size_t count = all.size() / static_cast<std::size_t>(tensor.dims[0]);
  tensor.values.assign(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(count));
  tensor.dims[0] = 1;
  return tensor;
}

// Between the orders channel, height, width and height, width, channel.
std::vector<double> to_hwc(const Tensor& tensor) {
  if (tensor.dims.size() != 4) return tensor.values;
  const auto channels = static_cast<std::size_t>(tensor.dims[1]);
  const std::size_t positions = tensor.values.size() / channels;
  std::vector<double> hwc;
  for (std::size_t p = 0; p < positions; ++p) {
    for (std::size_t c = 0; c < channels; ++c) hwc.push_back(tensor.values[c * positions + p]);
  }
  return hwc;
}

// Inputs but the first become initializers; the first one's batch becomes 1.
void freeze(onnx::ModelProto& model, const fs::path& data_set) {
  auto& graph = *model.mutable_graph();
  if (graph.input_size() == 0) return;
  std::set<std::string> constants;
  for (const auto& tensor : graph.initializer()) constants.insert(tensor.name());
  for (int i = 1; i < graph.input_size(); ++i) {
    if (constants.count(graph.input(i).name()) > 0) continue;
    auto tensor =
        read_message<onnx::TensorProto>(data_set / ("input_" + std::to_string(i) + ".pb"));
    tensor.set_name(graph.input(i).name());
    *graph.add_initializer() = tensor;
  }
  auto& shape = *graph.mutable_input(0)->mutable_type()->mutable_tensor_type()->mutable_shape();
  if (shape.dim_size() > 0) shape.mutable_dim(0)->set_dim_value(1);
  graph.clear_value_info();
  for (auto& output : *graph.mutable_output()) {
    output.mutable_type()->mutable_tensor_type()->clear_shape();
  }
}

// The importer drops a Softmax at the end; the vectors were recorded with it.
std::vector<double> softmax(std::vector<double> values) {
  double sum = 0;
  for (double& value : values) sum += value = std::exp(value);
  for (double& value : values) value /= sum;
  return values;
}

void expect_recorded_output(const graph::Graph& graph, const fs::path& data_set,
                            bool ends_with_softmax) {
  const auto input = first_of_batch(read_message<onnx::TensorProto>(data_set / "input_0.pb"));
  const auto output = first_of_batch(read_message<onnx::TensorProto>(data_set / "output_0.pb"));
  const std::vector<double> expected = to_hwc(output);
  std::vector<double> got = test::first_output(graph, to_hwc(input));
  if (ends_with_softmax) got = softmax(std::move(got));
  ASSERT_EQ(got.size(), expected.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    if (got[i] == expected[i]) continue;  // infinite ones too
    EXPECT_NEAR(got[i], expected[i], 1e-4 + 1e-4 * std::abs(expected[i])) << "value " << i;
  }
}

// The refusal, or empty where the case was imported and compared.
std::string run_case(const fs::path& folder) {
  SCOPED_TRACE(folder.string());
  const fs::path data_set = folder / "test_data_set_0";
  auto model = read_message<onnx::ModelProto>(folder / "model.onnx");
  graph::Graph graph;
  try {
    freeze(model, data_set);
    graph = import::import_onnx(model.SerializeAsString(), folder.filename().string());
  } catch (const base::InputError& error) {
    return error.what();
  }
  const auto& nodes = model.graph().node();
  const bool ends_with_softmax = nodes.rbegin()->op_type() == "Softmax";
  expect_recorded_output(graph, data_set, ends_with_softmax);
  try {
    expect_recorded_output(graph::prepare(graph), data_set, ends_with_softmax);
  } catch (const base::InputError& error) {
    std::printf("%s\n", error.what());  // a Pad of a value that nothing can take over
  }
  return "";
}

TEST(OnnxNodeVectors, WhatIsImportedComputesTheRecordedOutputs) {
  if (!fs::is_directory(data_folder())) {
    GTEST_SKIP() << "no folder " << data_folder() << " (Debian package libonnx-testdata)";
  }
  std::map<std::string, int> imported_by_set;
  for (const char* set : {"node", "pytorch-converted", "pytorch-operator", "simple"}) {
    int refused = 0;
    for (const auto& entry : fs::directory_iterator(data_folder() / set)) {
      const std::string refusal = run_case(entry.path());
      (refusal.empty() ? imported_by_set[set] : refused) += 1;
    }
    std::printf("%s: %d imported and equal, %d refused\n", set, imported_by_set[set], refused);
  }
  // So that the test cannot pass by refusing.
  EXPECT_GE(imported_by_set["node"], 40);
  EXPECT_GE(imported_by_set["pytorch-converted"], 15);
}

}  // namespace
}  // namespace npusim
