// SPDX-License-Identifier: Apache-2.0
#include "frontend/import/library_check.h"

#include <google/protobuf/stubs/logging.h>
#include <onnx/checker.h>
#include <onnx/shape_inference/implementation.h>

#include <exception>
#include <unordered_set>
#include <utility>
#include <vector>

#include "frontend/import/model_reader.h"
#include "frontend/import/tensors.h"
#include "sim/base/errors.h"

namespace npusim::import {
namespace {

// Large enough for every list that decides a shape.
constexpr std::size_t kMaxKeptElements = 1024;

// All reals are one type here, so that half-precision weights do not need half-precision
// neighbours.
std::int32_t checked_type(std::int32_t data_type) {
  return is_real(data_type) ? onnx::TensorProto::FLOAT : data_type;
}

void unify_reals(onnx::GraphProto& graph) {
  for (auto* infos : {graph.mutable_input(), graph.mutable_output(), graph.mutable_value_info()}) {
    for (onnx::ValueInfoProto& info : *infos) {
      if (!info.type().has_tensor_type()) continue;
      auto& type = *info.mutable_type()->mutable_tensor_type();
      type.set_elem_type(checked_type(type.elem_type()));
    }
  }
  for (onnx::NodeProto& node : *graph.mutable_node()) {
    if (node.op_type() != "Cast") continue;
    for (onnx::AttributeProto& attribute : *node.mutable_attribute()) {
      if (attribute.name() != "to" || attribute.type() != onnx::AttributeProto::INT) continue;
      attribute.set_i(checked_type(static_cast<std::int32_t>(attribute.i())));
    }
  }
}

// Initializers that are no lists of numbers become inputs of the same dimensions.
void strip_weights(onnx::GraphProto& graph) {
  auto& tensors = *graph.mutable_initializer();
  int kept = 0;
  for (int i = 0; i < tensors.size(); ++i) {
    const onnx::TensorProto& tensor = tensors[i];
    const bool is_list = tensor.data_type() == onnx::TensorProto::INT64 ||
                         tensor.data_type() == onnx::TensorProto::INT32 ||
                         tensor.data_type() == onnx::TensorProto::FLOAT;
    if (is_list && !tensor.has_data_location() && tensor.dims_size() <= 1 &&
        element_count(tensor) <= kMaxKeptElements) {
      tensors.SwapElements(i, kept++);
      continue;
    }
    onnx::ValueInfoProto& info = *graph.add_input();
    info.set_name(tensor.name());
    auto& type = *info.mutable_type()->mutable_tensor_type();
    type.set_elem_type(checked_type(tensor.data_type()));
    type.mutable_shape();
    for (const std::int64_t dim : tensor.dims())
      type.mutable_shape()->add_dim()->set_dim_value(dim);
  }
  tensors.DeleteSubrange(kept, tensors.size() - kept);
}

// Operators of old opsets come without inference in the library, which then misses the types of
// what reads them; what is declared here is still compared with what it infers.
void declare_shapes(onnx::GraphProto& graph, const ImportState& state) {
  std::unordered_set<std::string> declared;
  for (const auto* infos : {&graph.value_info(), &graph.output()}) {
    for (const onnx::ValueInfoProto& info : *infos) declared.insert(info.name());
  }
  for (const onnx::NodeProto& node : graph.node()) {
    if (node.output_size() == 0 || !declared.insert(node.output(0)).second) continue;
    const auto found = state.values.find(node.output(0));
    if (found == state.values.end()) continue;
    const auto* activation = std::get_if<Activation>(&found->second);
    if (activation == nullptr) continue;
    onnx::ValueInfoProto& info = *graph.add_value_info();
    info.set_name(node.output(0));
    auto& type = *info.mutable_type()->mutable_tensor_type();
    type.set_elem_type(onnx::TensorProto::FLOAT);
    type.mutable_shape();
    for (const std::int64_t dim : activation->layout.dims) {
      type.mutable_shape()->add_dim()->set_dim_value(dim);
    }
  }
}

// In one line.
std::string readable(std::string text) {
  const std::string context = "==> Context: ";
  if (const std::size_t at = text.find(context); at != std::string::npos) {
    text.erase(at, context.size());
  }
  std::string line;
  for (const char c : text) {
    if (c != '\n') {
      line += c;
    } else if (!line.empty() && line.back() != ' ') {
      line += ' ';
    }
  }
  return printable(line, 400);
}

[[noreturn]] void refuse_file(const std::string& file, const char* key, const std::exception& error,
                              const char* from, const char* must_be) {
  throw base::InputError(
      base::refusal(file, key, "'" + readable(error.what()) + "' from " + from, must_be));
}

void check(const onnx::ModelProto& model, const std::string& file) {
  try {
    onnx::checker::check_model(model);
  } catch (const std::exception& error) {
    refuse_file(file, "model", error, "the ONNX checker", "a valid ONNX model");
  }
}

void infer(onnx::ModelProto& model, const std::string& file) {
  try {
    const onnx::ShapeInferenceOptions options(/*check_type=*/true, /*strict_mode=*/1,
                                              /*data_prop=*/false);
    onnx::shape_inference::InferShapes(model, onnx::OpSchemaRegistry::Instance(), options);
  } catch (const std::exception& error) {
    refuse_file(file, "shapes", error, "ONNX shape inference", "shapes that fit each other");
  }
}

void compare(const onnx::ValueInfoProto& info, const ImportState& state, const std::string& file,
             base::ErrorList& errors) {
  const auto found = state.values.find(info.name());
  if (found == state.values.end()) return;
  const auto* activation = std::get_if<Activation>(&found->second);
  if (activation == nullptr || !info.type().tensor_type().has_shape()) return;
  const Dims& imported = activation->layout.dims;
  const auto& shape = info.type().tensor_type().shape();
  Dims declared;
  for (int i = 0; i < shape.dim_size(); ++i) {
    // Symbolic, or not inferred: says nothing.
    const bool is_open = !shape.dim(i).has_dim_value() && std::size_t(i) < imported.size();
    declared.push_back(is_open ? imported[std::size_t(i)] : shape.dim(i).dim_value());
  }
  if (declared != imported) {
    errors.add(file, "shape of tensor '" + printable(info.name()) + "'", to_text(declared),
               to_text(imported) + " as its node computes");
  }
}

void compare_all(const onnx::GraphProto& graph, const ImportState& state, const std::string& file) {
  base::ErrorList errors;
  std::unordered_set<std::string> compared;  // an output may be among the value infos too
  for (const auto* infos : {&graph.value_info(), &graph.output()}) {
    for (const onnx::ValueInfoProto& info : *infos) {
      if (compared.insert(info.name()).second) compare(info, state, file, errors);
    }
  }
  errors.throw_if_any();
}

}  // namespace

void check_with_library(onnx::ModelProto& model, const ImportState& state,
                        const std::string& file) {
  const google::protobuf::LogSilencer silence;
  compare_all(model.graph(), state, file);
  strip_weights(*model.mutable_graph());
  unify_reals(*model.mutable_graph());
  if (opset_of(model) < kMinRuleOpset) declare_shapes(*model.mutable_graph(), state);
  check(model, file);
  infer(model, file);
  compare_all(model.graph(), state, file);
}

}  // namespace npusim::import
