// SPDX-License-Identifier: Apache-2.0
#include "frontend/import/tensors.h"

#include <cstring>

#include "frontend/graph/graph.h"
#include "frontend/import/model_reader.h"
#include "sim/base/errors.h"

namespace npusim::import {
namespace {

[[noreturn]] void refuse(const onnx::TensorProto& tensor, const std::string& key,
                         const std::string& got, const std::string& must_be) {
  throw base::InputError(
      base::refusal("tensor '" + printable(tensor.name()) + "'", key, got, must_be));
}

std::size_t element_count(const onnx::TensorProto& tensor) {
  std::int64_t count = 1;
  for (const std::int64_t dim : tensor.dims()) {
    if (dim < 0 || (dim > 0 && count > graph::kMaxParameters / dim)) {
      refuse(tensor, "dimensions", to_text(dims_of(tensor)),
             "not negative, with at most " + std::to_string(graph::kMaxParameters) + " elements");
    }
    count *= dim;
  }
  return static_cast<std::size_t>(count);
}

void require_inside_file(const onnx::TensorProto& tensor) {
  const bool is_external = tensor.data_location() == onnx::TensorProto::EXTERNAL;
  if (is_external || tensor.external_data_size() > 0) {
    refuse(tensor, "data", "external data", "in the model file: save the model as one file");
  }
  if (tensor.has_segment()) refuse(tensor, "data", "a segment", "a whole tensor");
}

// Raw bytes are little-endian, as are the machines that this runs on.
template <typename Stored, typename Value, typename Field>
std::vector<Value> values_of(const onnx::TensorProto& tensor, const Field& field) {
  const std::size_t count = element_count(tensor);
  std::vector<Value> values;
  if (!tensor.raw_data().empty()) {
    const std::string& raw = tensor.raw_data();
    if (raw.size() != count * sizeof(Stored)) {
      refuse(tensor, "data", std::to_string(raw.size()) + " bytes",
             std::to_string(count * sizeof(Stored)) + " for " + to_text(dims_of(tensor)));
    }
    values.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
      Stored stored;
      std::memcpy(&stored, raw.data() + i * sizeof(Stored), sizeof(Stored));
      values.push_back(stored);
    }
    return values;
  }
  if (static_cast<std::size_t>(field.size()) != count) {
    refuse(tensor, "data", std::to_string(field.size()) + " values",
           std::to_string(count) + " for " + to_text(dims_of(tensor)));
  }
  values.assign(field.begin(), field.end());
  return values;
}

}  // namespace

std::string data_type_name(std::int32_t data_type) {
  return onnx::TensorProto::DataType_IsValid(data_type)
             ? onnx::TensorProto::DataType_Name(static_cast<onnx::TensorProto::DataType>(data_type))
             : std::to_string(data_type);
}

std::vector<std::int64_t> dims_of(const onnx::TensorProto& tensor) {
  return {tensor.dims().begin(), tensor.dims().end()};
}

std::string to_text(const std::vector<std::int64_t>& dims) {
  std::string text = "[";
  for (std::size_t i = 0; i < dims.size(); ++i) {
    text += (i == 0 ? "" : ", ") + std::to_string(dims[i]);
  }
  return text + "]";
}

std::vector<float> read_floats(const onnx::TensorProto& tensor) {
  require_inside_file(tensor);
  if (tensor.data_type() != onnx::TensorProto::FLOAT) {
    refuse(tensor, "type", data_type_name(tensor.data_type()), "FLOAT");
  }
  return values_of<float, float>(tensor, tensor.float_data());
}

std::vector<std::int64_t> read_integers(const onnx::TensorProto& tensor) {
  require_inside_file(tensor);
  if (tensor.data_type() == onnx::TensorProto::INT64) {
    return values_of<std::int64_t, std::int64_t>(tensor, tensor.int64_data());
  }
  if (tensor.data_type() == onnx::TensorProto::INT32) {
    return values_of<std::int32_t, std::int64_t>(tensor, tensor.int32_data());
  }
  refuse(tensor, "type", data_type_name(tensor.data_type()), "INT64 or INT32");
}

}  // namespace npusim::import
