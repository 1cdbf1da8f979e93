// SPDX-License-Identifier: Apache-2.0
#include "frontend/import/model_input.h"

#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "frontend/import/import_state.h"
#include "frontend/import/input_layout.h"
#include "frontend/import/model_reader.h"
#include "frontend/import/tensors.h"
#include "sim/base/errors.h"

namespace npusim::import {
namespace {

using TensorShape = onnx::TensorShapeProto;

std::string dims_text(const TensorShape& shape) {
  std::string text = "[";
  for (const auto& dim : shape.dim()) {
    text += text.size() > 1 ? ", " : "";
    text += dim.has_dim_value() ? std::to_string(dim.dim_value()) : "?";
  }
  return text + "]";
}

void remove_unread_inputs(onnx::GraphProto& graph) {
  std::unordered_set<std::string> read;
  for (const onnx::NodeProto& node : graph.node()) {
    read.insert(node.input().begin(), node.input().end());
  }
  for (const auto& output : graph.output()) read.insert(output.name());
  for (const auto& tensor : graph.initializer()) read.erase(tensor.name());
  auto& inputs = *graph.mutable_input();
  int kept = 0;
  for (int i = 0; i < inputs.size(); ++i) {
    if (read.count(inputs[i].name()) > 0) inputs.SwapElements(i, kept++);
  }
  inputs.DeleteSubrange(kept, inputs.size() - kept);
}

void check_input_count(const onnx::GraphProto& graph, const std::string& file) {
  if (graph.input_size() <= 1) return;
  std::string names;
  for (const auto& info : graph.input()) {
    names += (names.empty() ? "" : ", ") + printable(info.name()) + " " +
             dims_text(info.type().tensor_type().shape());
  }
  throw base::InputError(base::refusal(file, "inputs that something reads",
                                       std::to_string(graph.input_size()) + " (" + names + ")",
                                       "exactly 1, the image"));
}

void check_type(const onnx::TypeProto& type) {
  if (!type.has_tensor_type()) {
    throw base::InputError(base::refusal("", "type", "no tensor", "a tensor of FLOAT"));
  }
  const std::int32_t data_type = type.tensor_type().elem_type();
  if (!is_real(data_type)) {
    throw base::InputError(base::refusal("", "type", data_type_name(data_type),
                                         "FLOAT (or FLOAT16, BFLOAT16, DOUBLE), as preprocessing "
                                         "gives it"));
  }
  const TensorShape& shape = type.tensor_type().shape();
  if (shape.dim_size() != 4 && shape.dim_size() != 2) {
    throw base::InputError(base::refusal("", "dimensions", std::to_string(shape.dim_size()),
                                         "4, [N, C, H, W], or 2, [N, F]"));
  }
}

// The batch as 1, the others as they are; those must be numbers.
Dims dims_of_one(const TensorShape& shape, bool channels_are_last) {
  const std::vector<std::string> names =
      shape.dim_size() == 2 ? std::vector<std::string>{"features"}
      : channels_are_last   ? std::vector<std::string>{"height", "width", "channels"}
                            : std::vector<std::string>{"channels", "height", "width"};
  base::ErrorList errors;
  Dims dims{1};
  for (int i = 1; i < shape.dim_size(); ++i) {
    const auto& dim = shape.dim(i);
    dims.push_back(dim.dim_value());
    if (dim.has_dim_value()) continue;
    errors.add(
        "", "dimension " + std::to_string(i) + " (" + names[static_cast<std::size_t>(i) - 1] + ")",
        dim.dim_param().empty() ? "nothing" : "the symbol '" + printable(dim.dim_param()) + "'",
        "a number: export the model with a fixed size");
  }
  errors.throw_if_any();
  return dims;
}

ModelInput describe_input(const onnx::GraphProto& graph, const onnx::ValueInfoProto& info) {
  const bool is_last = channels_are_last(graph, info.name());
  const Dims dims = dims_of_one(info.type().tensor_type().shape(), is_last);
  graph::Node layer;
  layer.shape = dims.size() == 2 ? graph::Shape{1, 1, dims[1]}
                : is_last        ? graph::Shape{dims[1], dims[2], dims[3]}
                                 : graph::Shape{dims[2], dims[3], dims[1]};
  const graph::Shape shape = infer_shape_of(layer, {});
  return {info.name(), shape,
          dims.size() == 2 ? vector_layout(dims[1])
          : is_last        ? channels_last_layout(shape)
                           : map_layout(shape)};
}

// Row-major data of N images, reshaped to [N, ...], keeps each image to itself: the same for one
// image begins with 1. Such a shape may be shared with nodes that mean something else by it, so
// those Reshapes get one of their own.
void set_batch_of_reshapes(onnx::GraphProto& graph, std::int64_t batch) {
  std::unordered_map<std::string, const onnx::TensorProto*> constants;
  for (const auto& tensor : graph.initializer()) constants.emplace(tensor.name(), &tensor);
  std::unordered_map<std::string, onnx::TensorProto> changed;
  for (onnx::NodeProto& node : *graph.mutable_node()) {
    if (node.op_type() != "Reshape" || node.input_size() != 2) continue;
    const std::string name = node.input(1) + " for batch 1";
    const auto found = constants.find(node.input(1));
    if (found == constants.end() || found->second->data_type() != onnx::TensorProto::INT64) {
      continue;
    }
    if (dims_of(*found->second).size() != 1 || constants.count(name) > 0) continue;
    std::vector<std::int64_t> shape = read_integers(*found->second);
    if (shape.empty() || shape.front() != batch) continue;
    shape.front() = 1;
    onnx::TensorProto& tensor = changed[name];
    tensor.Clear();
    tensor.set_name(name);
    tensor.set_data_type(onnx::TensorProto::INT64);
    tensor.add_dims(static_cast<std::int64_t>(shape.size()));
    for (const std::int64_t extent : shape) tensor.add_int64_data(extent);
    node.set_input(1, name);
  }
  for (auto& [name, tensor] : changed) graph.add_initializer()->Swap(&tensor);
}

void set_batch(onnx::GraphProto& graph, std::int64_t batch) {
  graph.clear_value_info();  // inferred again where it is needed
  for (onnx::ValueInfoProto& info : *graph.mutable_output()) {
    if (!info.type().tensor_type().has_shape()) continue;
    TensorShape& shape = *info.mutable_type()->mutable_tensor_type()->mutable_shape();
    if (shape.dim_size() > 0 && shape.dim(0).dim_value() == batch) {
      shape.mutable_dim(0)->set_dim_value(1);
    }
  }
  set_batch_of_reshapes(graph, batch);
}

}  // namespace

std::optional<ModelInput> take_input(onnx::ModelProto& model, const std::string& file) {
  onnx::GraphProto& graph = *model.mutable_graph();
  remove_unread_inputs(graph);
  check_input_count(graph, file);
  if (graph.input_size() == 0) return std::nullopt;
  onnx::ValueInfoProto& info = *graph.mutable_input(0);
  try {
    check_type(info.type());
    TensorShape& shape = *info.mutable_type()->mutable_tensor_type()->mutable_shape();
    ModelInput input = describe_input(graph, info);
    auto& batch = *shape.mutable_dim(0);
    input.has_symbolic_batch = !batch.has_dim_value();
    if (batch.has_dim_value() && batch.dim_value() < 1) {
      throw base::InputError(
          base::refusal("", "batch", std::to_string(batch.dim_value()), "at least 1, or symbolic"));
    }
    if (batch.dim_value() > 1) {
      set_batch(graph, batch.dim_value());
      input.notes.push_back("the model's fixed batch of " + std::to_string(batch.dim_value()) +
                            " is taken as 1: one image at a time");
    }
    const std::int32_t type = info.type().tensor_type().elem_type();
    if (type != onnx::TensorProto::FLOAT) {
      input.notes.push_back("the model's input of " + data_type_name(type) +
                            " and what follows from it are computed as FLOAT");
    }
    batch.set_dim_value(1);
    return input;
  } catch (const base::InputError& error) {
    base::ErrorList errors;
    const std::string place = file + ": input '" + printable(info.name()) + "': ";
    for (const std::string& message : error.messages()) errors.add(place + message);
    errors.throw_if_any();
    throw;
  }
}

}  // namespace npusim::import
