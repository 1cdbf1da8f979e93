// SPDX-License-Identifier: Apache-2.0
#include "frontend/import/shape_check.h"

#include <google/protobuf/stubs/logging.h>
#include <onnx/shape_inference/implementation.h>

#include <exception>
#include <vector>

#include "frontend/import/model_reader.h"
#include "frontend/import/tensors.h"
#include "sim/base/errors.h"

namespace npusim::import {
namespace {

void infer(onnx::ModelProto& model, const std::string& file) {
  try {
    const google::protobuf::LogSilencer silence;
    const onnx::ShapeInferenceOptions options(/*check_type=*/true, /*strict_mode=*/1,
                                              /*data_prop=*/false);
    onnx::shape_inference::InferShapes(model, onnx::OpSchemaRegistry::Instance(), options);
  } catch (const std::exception& error) {
    const std::string reason = printable(error.what(), 400);
    throw base::InputError(base::refusal(file, "shapes",
                                         "'" + reason + "' from ONNX shape inference",
                                         "shapes that fit each other"));
  }
}

void compare(const onnx::ValueInfoProto& info, const ImportState& state, const std::string& file,
             base::ErrorList& errors) {
  const auto found = state.values.find(info.name());
  if (found == state.values.end()) return;
  const auto* activation = std::get_if<Activation>(&found->second);
  if (activation == nullptr || !info.type().tensor_type().has_shape()) return;
  std::vector<std::int64_t> declared;
  for (const auto& dim : info.type().tensor_type().shape().dim()) {
    if (!dim.has_dim_value()) return;  // symbolic, or not inferred: says nothing
    declared.push_back(dim.dim_value());
  }
  const Dims& imported = activation->layout.dims;
  if (declared != imported) {
    errors.add(file, "shape of tensor '" + printable(info.name()) + "'", to_text(declared),
               to_text(imported) + " as its node computes");
  }
}

}  // namespace

void check_shapes_with_library(onnx::ModelProto& model, const ImportState& state,
                               const std::string& file) {
  infer(model, file);
  base::ErrorList errors;
  for (const auto& info : model.graph().value_info()) compare(info, state, file, errors);
  for (const auto& info : model.graph().output()) compare(info, state, file, errors);
  errors.throw_if_any();
}

}  // namespace npusim::import
