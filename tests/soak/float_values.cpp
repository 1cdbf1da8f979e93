// SPDX-License-Identifier: Apache-2.0
#include "tests/soak/float_values.h"

#include <onnx/onnx_pb.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "frontend/data/random_tensors.h"
#include "frontend/execute/float_executor.h"
#include "tests/support/naive_onnx.h"

namespace npusim::soak {
namespace {

/// Height, width, channel order from the port's, or back.
template <typename Value>
std::vector<Value> reordered(const std::vector<Value>& values, const graph::Shape& shape,
                             bool to_channels_last) {
  std::vector<Value> result(values.size());
  const std::int64_t pixels = shape.height * shape.width;
  for (std::int64_t c = 0; c < shape.channels; ++c) {
    for (std::int64_t p = 0; p < pixels; ++p) {
      const auto first = static_cast<std::size_t>(c * pixels + p);
      const auto last = static_cast<std::size_t>(p * shape.channels + c);
      result[to_channels_last ? last : first] = values[to_channels_last ? first : last];
    }
  }
  return result;
}

double largest_of(const std::vector<double>& values) {
  double largest = 0;
  for (const double value : values) largest = std::max(largest, std::abs(value));
  return largest;
}

}  // namespace

bool compares_floats(const test::DrawnRun& run) {
  if (run.model_file != "model.onnx" || run.seed % 3 != 0) return false;
  if (run.operators.count("QuantizeLinear") != 0) return false;
  onnx::ModelProto model;
  model.ParseFromString(run.model);
  return model.opset_import(0).version() >= 13 &&
         model.graph().input(0).type().tensor_type().elem_type() == onnx::TensorProto::FLOAT;
}

std::vector<std::string> wrong_floats(const test::DrawnRun& run, compile::Pipeline& pipeline) {
  onnx::ModelProto model;
  model.ParseFromString(run.model);
  const graph::Graph& network = pipeline.network();
  const import::Interface& interface = pipeline.interface();
  const import::Port& in = interface.inputs.at(0);
  const graph::Shape& shape = network.nodes.at(0).shape;
  const std::vector<float> drawn =
      data::random_tensors(run.seed, 1, shape.elements())->sample(0).tensor;
  const test::NaiveTensor input{in.dims, {drawn.begin(), drawn.end()}, true};
  const std::map<std::string, test::NaiveTensor> wanted =
      test::evaluate_onnx_tensors(model, input, {});
  double largest = largest_of(input.values);
  for (const auto& [name, tensor] : wanted) largest = std::max(largest, largest_of(tensor.values));

  execute::FloatExecutor executor(network);
  const std::vector<float> as_read =
      in.has_channels_last ? drawn : reordered(drawn, shape, /*to_channels_last=*/true);
  executor.run(as_read.data());
  std::vector<std::string> wrong;
  for (const import::Port& out : interface.outputs) {
    const graph::Shape& of = network.node(network.outputs.at(out.tensor)).shape;
    const float* values = executor.output(out.tensor);
    std::vector<float> got(values, values + of.elements());
    if (!out.has_channels_last) got = reordered(got, of, /*to_channels_last=*/false);
    const std::vector<double>& reference = wanted.at(out.name).values;
    // Floats lose digits where large values cancel.
    const double tolerance = 1e-4 * largest_of(reference) + 1e-5 * largest + 1e-6;
    for (std::size_t i = 0; i < std::max(got.size(), reference.size()); ++i) {
      const bool is_there = i < got.size() && i < reference.size();
      if (is_there && std::abs(static_cast<double>(got[i]) - reference[i]) <= tolerance) continue;
      wrong.push_back("float network: output " + out.name + ", value " + std::to_string(i) +
                      ": got " + (is_there ? std::to_string(got[i]) : "none") + ", the model has " +
                      (is_there ? std::to_string(reference[i]) : "another number of values"));
      break;
    }
  }
  return wrong;
}

}  // namespace npusim::soak
