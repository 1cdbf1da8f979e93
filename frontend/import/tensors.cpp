// SPDX-License-Identifier: Apache-2.0
#include "frontend/import/tensors.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>

#include "frontend/graph/graph.h"
#include "frontend/graph/verify.h"
#include "frontend/import/model_reader.h"
#include "sim/base/errors.h"

namespace npusim::import {
namespace {

[[noreturn]] void refuse_tensor(const onnx::TensorProto& tensor, const std::string& key,
                                const std::string& got, const std::string& must_be) {
  throw base::InputError(
      base::refusal("tensor '" + printable(tensor.name()) + "'", key, got, must_be));
}

// External data was read before, where the model has a folder (see external_data.h).
void require_inside_file(const onnx::TensorProto& tensor) {
  const bool is_external = tensor.data_location() == onnx::TensorProto::EXTERNAL;
  if (is_external || tensor.external_data_size() > 0) {
    refuse_tensor(tensor, "data", "external data", "in the model file: save the model as one file");
  }
  if (tensor.has_segment()) refuse_tensor(tensor, "data", "a segment", "a whole tensor");
}

float bits_to_float(std::uint32_t bits) {
  float value = 0;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

float bfloat_to_float(std::uint16_t bits) { return bits_to_float(std::uint32_t{bits} << 16); }

// Raw bytes are little-endian, as are the machines that this runs on. `convert` takes a Stored.
template <typename Stored, typename Value, typename Field, typename Convert>
std::vector<Value> values_of(const onnx::TensorProto& tensor, const Field& field,
                             const Convert& convert) {
  const std::size_t count = element_count(tensor);
  std::vector<Value> values;
  if (!tensor.raw_data().empty()) {
    const std::string& raw = tensor.raw_data();
    if (raw.size() != count * sizeof(Stored)) {
      refuse_tensor(tensor, "data", std::to_string(raw.size()) + " bytes",
                    std::to_string(count * sizeof(Stored)) + " for " + to_text(dims_of(tensor)));
    }
    values.resize(count);
    if constexpr (std::is_same_v<Stored, Value>) {  // `convert` changes nothing then
      std::memcpy(values.data(), raw.data(), raw.size());
      return values;
    }
    for (std::size_t i = 0; i < count; ++i) {
      Stored stored;
      std::memcpy(&stored, raw.data() + i * sizeof(Stored), sizeof(Stored));
      values[i] = convert(stored);
    }
    return values;
  }
  if (static_cast<std::size_t>(field.size()) != count) {
    refuse_tensor(tensor, "data", std::to_string(field.size()) + " values",
                  std::to_string(count) + " for " + to_text(dims_of(tensor)));
  }
  values.reserve(count);
  for (const auto value : field) values.push_back(convert(static_cast<Stored>(value)));
  return values;
}

// Two-byte reals without raw data lie in the int32 field, one number each.
std::vector<float> read_two_byte_reals(const onnx::TensorProto& tensor,
                                       float (*convert)(uint16_t)) {
  for (const std::int32_t bits : tensor.int32_data()) {
    if (bits < 0 || bits > std::numeric_limits<std::uint16_t>::max()) {
      refuse_tensor(tensor, "data", std::to_string(bits), "16 bits, in [0, 65535]");
    }
  }
  return values_of<std::uint16_t, float>(tensor, tensor.int32_data(), convert);
}

// One-byte integers without raw data lie there as well.
template <typename Stored>
std::vector<std::int32_t> read_code_bytes(const onnx::TensorProto& tensor) {
  constexpr int kLeast{std::numeric_limits<Stored>::min()};
  constexpr int kMost{std::numeric_limits<Stored>::max()};
  for (const std::int32_t value : tensor.int32_data()) {
    if (value < kLeast || value > kMost) {
      refuse_tensor(tensor, "data", std::to_string(value),
                    "8 bits, in [" + std::to_string(kLeast) + ", " + std::to_string(kMost) + "]");
    }
  }
  return values_of<Stored, std::int32_t>(tensor, tensor.int32_data(),
                                         [](Stored v) { return std::int32_t{v}; });
}

}  // namespace

std::string data_type_name(std::int32_t data_type) {
  return onnx::TensorProto::DataType_IsValid(data_type)
             ? onnx::TensorProto::DataType_Name(static_cast<onnx::TensorProto::DataType>(data_type))
             : std::to_string(data_type);
}

bool is_real(std::int32_t data_type) {
  return data_type == onnx::TensorProto::FLOAT || data_type == onnx::TensorProto::DOUBLE ||
         data_type == onnx::TensorProto::FLOAT16 || data_type == onnx::TensorProto::BFLOAT16;
}

std::int64_t value_bytes(std::int32_t data_type) {
  switch (data_type) {
    case onnx::TensorProto::INT8:
    case onnx::TensorProto::UINT8:
    case onnx::TensorProto::BOOL:
      return 1;
    case onnx::TensorProto::FLOAT16:
    case onnx::TensorProto::BFLOAT16:
    case onnx::TensorProto::INT16:
    case onnx::TensorProto::UINT16:
      return 2;
    case onnx::TensorProto::FLOAT:
    case onnx::TensorProto::INT32:
    case onnx::TensorProto::UINT32:
      return 4;
    case onnx::TensorProto::DOUBLE:
    case onnx::TensorProto::INT64:
    case onnx::TensorProto::UINT64:
      return 8;
    default:
      return 0;
  }
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

std::size_t element_count(const onnx::TensorProto& tensor) {
  std::int64_t count = 1;
  for (const std::int64_t dim : tensor.dims()) {
    if (dim < 0 || (dim > 0 && count > graph::kMaxParameters / dim)) {
      refuse_tensor(
          tensor, "dimensions", to_text(dims_of(tensor)),
          "not negative, with at most " + std::to_string(graph::kMaxParameters) + " elements");
    }
    count *= dim;
  }
  return static_cast<std::size_t>(count);
}

std::vector<float> read_floats(const onnx::TensorProto& tensor) {
  require_inside_file(tensor);
  switch (tensor.data_type()) {
    case onnx::TensorProto::FLOAT:
      return values_of<float, float>(tensor, tensor.float_data(), [](float v) { return v; });
    case onnx::TensorProto::DOUBLE:
      return values_of<double, float>(tensor, tensor.double_data(),
                                      [](double v) { return static_cast<float>(v); });
    case onnx::TensorProto::FLOAT16:
      return read_two_byte_reals(tensor, half_to_float);
    case onnx::TensorProto::BFLOAT16:
      return read_two_byte_reals(tensor, bfloat_to_float);
    default:
      refuse_tensor(tensor, "type", data_type_name(tensor.data_type()),
                    "FLOAT, FLOAT16, BFLOAT16 or DOUBLE");
  }
}

std::vector<float> read_finite(const onnx::TensorProto& tensor) {
  std::vector<float> values = read_floats(tensor);
  if (graph::all_finite(values)) return values;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::isfinite(values[i])) continue;
    refuse_tensor(tensor, "value " + std::to_string(i), std::to_string(values[i]),
                  tensor.data_type() == onnx::TensorProto::DOUBLE ? "finite as a float" : "finite");
  }
  return values;
}

std::vector<std::int32_t> read_codes(const onnx::TensorProto& tensor) {
  require_inside_file(tensor);
  switch (tensor.data_type()) {
    case onnx::TensorProto::INT8:
      return read_code_bytes<std::int8_t>(tensor);
    case onnx::TensorProto::UINT8:
      return read_code_bytes<std::uint8_t>(tensor);
    case onnx::TensorProto::INT32:
      return values_of<std::int32_t, std::int32_t>(tensor, tensor.int32_data(),
                                                   [](std::int32_t v) { return v; });
    default:
      refuse_tensor(tensor, "type", data_type_name(tensor.data_type()), "INT8, UINT8 or INT32");
  }
}

std::vector<std::int64_t> read_integers(const onnx::TensorProto& tensor) {
  require_inside_file(tensor);
  if (tensor.data_type() == onnx::TensorProto::INT64) {
    return values_of<std::int64_t, std::int64_t>(tensor, tensor.int64_data(),
                                                 [](std::int64_t v) { return v; });
  }
  if (tensor.data_type() == onnx::TensorProto::INT32) {
    return values_of<std::int32_t, std::int64_t>(tensor, tensor.int32_data(),
                                                 [](std::int32_t v) { return std::int64_t{v}; });
  }
  refuse_tensor(tensor, "type", data_type_name(tensor.data_type()), "INT64 or INT32");
}

float half_to_float(std::uint16_t bits) {
  const std::uint32_t sign = (std::uint32_t{bits} & 0x8000U) << 16;
  const std::uint32_t exponent = (bits >> 10) & 0x1FU;
  const std::uint32_t fraction = bits & 0x3FFU;
  if (exponent == 0x1F) return bits_to_float(sign | 0x7F800000U | fraction << 13);
  if (exponent != 0) return bits_to_float(sign | (exponent + 112) << 23 | fraction << 13);
  // Subnormal: fraction * 2^-24, a product that float holds exactly.
  const float magnitude = static_cast<float>(fraction) * 0x1p-24F;
  return sign != 0 ? -magnitude : magnitude;
}

}  // namespace npusim::import
