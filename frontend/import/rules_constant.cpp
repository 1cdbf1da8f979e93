// SPDX-License-Identifier: Apache-2.0
// Constants, and what exporters compute of them: the arithmetic on shapes before a Reshape (Shape,
// Gather, Concat, Slice, Cast, Mul, ...) and weights that are transposed, scaled or cast first. All
// is known at import.
#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "frontend/import/rules.h"
#include "frontend/import/tensors.h"

namespace npusim::import {
namespace {

bool is_integer(const onnx::TensorProto& tensor) {
  return tensor.data_type() == onnx::TensorProto::INT64 ||
         tensor.data_type() == onnx::TensorProto::INT32;
}

// The dimensions that two constants broadcast to.
Dims broadcast(const NodeContext& node, Dims a, Dims b) {
  const std::string both = to_text(a) + " and " + to_text(b);
  const std::size_t rank = std::max(a.size(), b.size());
  a.insert(a.begin(), rank - a.size(), 1);
  b.insert(b.begin(), rank - b.size(), 1);
  Dims result;
  for (std::size_t i = 0; i < rank; ++i) {
    if (a[i] != b[i] && a[i] != 1 && b[i] != 1) {
      node.refuse("operands", both, "dimensions that broadcast to each other");
    }
    result.push_back(a[i] == 1 ? b[i] : a[i]);
  }
  return result;
}

// Walks the elements of a tensor in row-major order, and at the same time a second one in steps of
// its own along each dimension.
class Walk {
 public:
  Walk(Dims dims, Dims steps)
      : dims_(std::move(dims)), steps_(std::move(steps)), position_(dims_.size(), 0) {}

  std::size_t index() const { return static_cast<std::size_t>(index_); }
  void advance() {
    for (std::size_t i = dims_.size(); i-- > 0;) {
      index_ += steps_[i];
      if (++position_[i] < dims_[i]) return;
      index_ -= steps_[i] * dims_[i];
      position_[i] = 0;
    }
  }

 private:
  Dims dims_, steps_, position_;
  std::int64_t index_ = 0;
};

// Row-major distances of neighbours along each dimension.
Dims strides_of(const Dims& dims) {
  Dims strides(dims.size(), 1);
  for (std::size_t i = dims.size(); i-- > 1;) strides[i - 1] = strides[i] * dims[i];
  return strides;
}

// Through a tensor of `own` dimensions that broadcasts to `dims`.
Walk broadcast_walk(const Dims& dims, const Dims& own) {
  const Dims strides = strides_of(own);
  Dims steps(dims.size() - own.size(), 0);
  for (std::size_t i = 0; i < own.size(); ++i) steps.push_back(own[i] == 1 ? 0 : strides[i]);
  return {dims, steps};
}

float combine(const NodeContext& node, float a, float b) {
  const std::string& op = node.op_type();
  return op == "Add" ? a + b : op == "Sub" ? a - b : op == "Mul" ? a * b : a / b;
}

std::int64_t combine(const NodeContext& node, std::int64_t a, std::int64_t b) {
  const std::string& op = node.op_type();
  std::int64_t result = 0;
  bool is_out_of_range = false;
  if (op == "Add") {
    is_out_of_range = __builtin_add_overflow(a, b, &result);
  } else if (op == "Sub") {
    is_out_of_range = __builtin_sub_overflow(a, b, &result);
  } else if (op == "Mul") {
    is_out_of_range = __builtin_mul_overflow(a, b, &result);
  } else {
    is_out_of_range = b == 0 || (b == -1 && a == std::numeric_limits<std::int64_t>::min());
    if (!is_out_of_range) result = a / b;
  }
  if (is_out_of_range) {
    node.refuse("operands", std::to_string(a) + " and " + std::to_string(b),
                "a result that 64 bits hold");
  }
  return result;
}

template <typename Value>
std::vector<Value> combined(const NodeContext& node, const Dims& dims, const std::vector<Value>& a,
                            const Dims& a_dims, const std::vector<Value>& b, const Dims& b_dims) {
  const std::size_t count = node.constant_elements(dims);
  Walk from_a = broadcast_walk(dims, a_dims);
  Walk from_b = broadcast_walk(dims, b_dims);
  std::vector<Value> result;
  result.reserve(count);
  for (; result.size() < count; from_a.advance(), from_b.advance()) {
    result.push_back(combine(node, a[from_a.index()], b[from_b.index()]));
  }
  return result;
}

template <typename Value>
std::vector<Value> walked(const std::vector<Value>& values, Walk walk) {
  std::vector<Value> result;
  result.reserve(values.size());
  for (; result.size() < values.size(); walk.advance()) result.push_back(values[walk.index()]);
  return result;
}

// The dimension along which the scales of a constant lie once it has other dimensions; nothing
// where no dimension stands for them alone.
std::optional<std::size_t> axis_after_reshape(const QuantizedConstant& codes,
                                              const onnx::TensorProto& tensor, const Dims& dims) {
  if (codes.scales.size() == 1) return 0;
  const Dims strides = strides_of(dims);
  const std::int64_t stride = strides_of(dims_of(tensor)).at(codes.axis);
  for (std::size_t i = 0; i < dims.size(); ++i) {
    const bool is_axis = dims[i] == static_cast<std::int64_t>(codes.scales.size());
    if (is_axis && strides[i] == stride) return i;
  }
  return std::nullopt;
}

// Zero points, as some exporters write them. 0 to 255 or -128 to 127, nothing that would wrap.
void fold_to_codes(NodeContext& node, const onnx::TensorProto& tensor, bool is_unsigned) {
  std::vector<double> values;
  if (is_integer(tensor)) {
    for (const std::int64_t v : read_integers(tensor)) values.push_back(static_cast<double>(v));
  } else if (is_real(tensor.data_type())) {
    for (const float v : read_floats(tensor)) values.push_back(static_cast<double>(v));
  } else {
    for (const std::int32_t v : read_codes(tensor)) values.push_back(v);
  }
  const double low = is_unsigned ? 0 : -128;
  std::string bytes;
  for (const double value : values) {
    if (!(value >= low && value <= low + 255)) {
      node.refuse("input", std::to_string(value), is_unsigned ? "in [0, 255]" : "in [-128, 127]");
    }
    bytes.push_back(static_cast<char>(static_cast<std::uint8_t>(static_cast<int>(value))));
  }
  node.bind_code_bytes(dims_of(tensor), is_unsigned, std::move(bytes));
}

}  // namespace

void fold_arithmetic(NodeContext& node) {
  const onnx::TensorProto& a = node.constant(0, "A");
  const onnx::TensorProto& b = node.constant(1, "B");
  const Dims dims = broadcast(node, dims_of(a), dims_of(b));
  if (is_integer(a) && is_integer(b)) {
    node.bind_integers(
        dims, combined(node, dims, read_integers(a), dims_of(a), read_integers(b), dims_of(b)));
  } else {
    node.bind_floats(dims,
                     combined(node, dims, read_floats(a), dims_of(a), read_floats(b), dims_of(b)));
  }
}

void fold_reshaped(NodeContext& node, const onnx::TensorProto& tensor, const Dims& dims) {
  if (is_integer(tensor)) {
    node.bind_integers(dims, read_integers(tensor));
    return;
  }
  const QuantizedConstant* codes = node.quantized(0, "data");
  const auto axis = codes == nullptr ? std::nullopt : axis_after_reshape(*codes, tensor, dims);
  if (!axis) return node.bind_floats(dims, read_floats(tensor));
  QuantizedConstant result = *codes;
  result.axis = *axis;
  node.bind_dequantized(dims, read_floats(tensor), std::move(result));
}

void fold_transposed(NodeContext& node, const onnx::TensorProto& tensor, const Dims& permutation) {
  const Dims from = dims_of(tensor);
  const Dims strides = strides_of(from);
  Dims dims;
  Dims steps;
  for (const std::int64_t axis : permutation) {
    dims.push_back(from[static_cast<std::size_t>(axis)]);
    steps.push_back(strides[static_cast<std::size_t>(axis)]);
  }
  node.constant_elements(dims);
  if (is_integer(tensor)) {
    node.bind_integers(dims, walked(read_integers(tensor), {dims, steps}));
    return;
  }
  const std::vector<float> floats = walked(read_floats(tensor), {dims, steps});
  const QuantizedConstant* codes = node.quantized(0, "data");
  if (codes == nullptr) return node.bind_floats(dims, floats);
  QuantizedConstant result = *codes;
  result.codes = walked(codes->codes, {dims, steps});
  result.codes_int32 = walked(codes->codes_int32, {dims, steps});
  const auto axis =
      std::find(permutation.begin(), permutation.end(), static_cast<std::int64_t>(codes->axis));
  if (codes->scales.size() > 1) {
    result.axis = static_cast<std::size_t>(axis - permutation.begin());
  }
  node.bind_dequantized(dims, floats, std::move(result));
}

void fold_concat(NodeContext& node) {
  std::vector<std::int64_t> values;
  for (int i = 0; i < node.input_count(); ++i) {
    const std::string what = "input " + std::to_string(i);
    const std::vector<std::int64_t> part = node.constant_integers(i, what);
    if (dims_of(node.constant(i, what)).size() != 1) {
      node.refuse(what, to_text(dims_of(node.constant(i, what))), "of 1 dimension");
    }
    values.insert(values.end(), part.begin(), part.end());
    // Far more than any shape has; a chain of these could otherwise double without end.
    constexpr std::size_t kMaxValues = 1024;
    if (values.size() > kMaxValues) {
      node.refuse("result", std::to_string(values.size()) + " integers",
                  "at most " + std::to_string(kMaxValues));
    }
  }
  node.bind_integers({static_cast<std::int64_t>(values.size())}, values);
}

void import_cast(NodeContext& node) {
  const std::int64_t to = node.integer("to", 0);
  // Whatever type of reals the model asks for: they are computed as float.
  const bool to_float = to > 0 && to < 100 && is_real(static_cast<std::int32_t>(to));
  const bool to_integer = to == onnx::TensorProto::INT64 || to == onnx::TensorProto::INT32;
  if (!node.is_constant(0, "input")) {
    Activation x = node.passed(0, "input");
    if (!x.is_after_softmax) x = node.activation(0, "input");
    if (!to_float) {
      node.refuse("to", data_type_name(static_cast<std::int32_t>(to)),
                  "FLOAT, FLOAT16, BFLOAT16 or DOUBLE");
    }
    node.bind(x);
    return;
  }
  const onnx::TensorProto& tensor = node.constant(0, "input");
  if (to == onnx::TensorProto::INT8 || to == onnx::TensorProto::UINT8) {
    return fold_to_codes(node, tensor, to == onnx::TensorProto::UINT8);
  }
  if (!to_float && !to_integer) {
    node.refuse("to", data_type_name(static_cast<std::int32_t>(to)),
                "FLOAT, FLOAT16, BFLOAT16, DOUBLE, INT8, UINT8, INT32 or INT64");
  }
  if (is_integer(tensor) == to_integer) return fold_reshaped(node, tensor, dims_of(tensor));
  if (to_float) {
    const std::vector<std::int64_t> values = read_integers(tensor);
    return node.bind_floats(dims_of(tensor), {values.begin(), values.end()});
  }
  std::vector<std::int64_t> integers;
  for (const float value : read_floats(tensor)) {
    if (!(std::abs(value) < 0x1p31F)) {
      node.refuse("input", std::to_string(value), "within 32 bits");
    }
    integers.push_back(static_cast<std::int64_t>(value));
  }
  node.bind_integers(dims_of(tensor), integers);
}

void import_constant(NodeContext& node) {
  if (const auto* tensor = node.attribute("value"); tensor != nullptr && tensor->has_t()) {
    node.bind(&tensor->t());
  } else if (node.attribute("value_int") != nullptr) {
    node.bind_integers({}, {node.integer("value_int", 0)});
  } else if (node.attribute("value_ints") != nullptr) {
    const std::vector<std::int64_t> values = node.integers("value_ints", {});
    node.bind_integers({static_cast<std::int64_t>(values.size())}, values);
  } else if (node.attribute("value_float") != nullptr) {
    node.bind_floats({}, {node.number("value_float", 0)});
  } else {
    node.refuse("value", "none of the supported kinds",
                "value, value_float, value_int or value_ints");
  }
}

void import_constant_of_shape(NodeContext& node) {
  const Dims dims = node.constant_integers(0, "input");
  const std::size_t size = node.constant_elements(dims);
  const auto* value = node.attribute("value");
  if (value == nullptr || !value->has_t()) {
    node.bind_floats(dims, std::vector<float>(size, 0.0F));
    return;
  }
  if (is_integer(value->t())) {
    const std::vector<std::int64_t> values = read_integers(value->t());
    if (values.size() != 1) node.refuse("value", std::to_string(values.size()) + " values", "1");
    node.bind_integers(dims, std::vector<std::int64_t>(size, values.front()));
  } else {
    const std::vector<float> values = read_floats(value->t());
    if (values.size() != 1) node.refuse("value", std::to_string(values.size()) + " values", "1");
    node.bind_floats(dims, std::vector<float>(size, values.front()));
  }
}

void import_shape(NodeContext& node) {
  const Dims dims = node.is_constant(0, "data") ? dims_of(node.constant(0, "data"))
                                                : node.passed(0, "data").layout.dims;
  const auto rank = static_cast<std::int64_t>(dims.size());
  const auto placed = [&](std::int64_t index) {
    return std::clamp<std::int64_t>(index < 0 ? index + rank : index, 0, rank);
  };
  const std::int64_t begin = placed(node.integer("start", 0));
  const std::int64_t end = std::max(begin, placed(node.integer("end", rank)));
  node.bind_integers({end - begin}, {dims.begin() + begin, dims.begin() + end});
}

void import_sqrt(NodeContext& node) {
  const onnx::TensorProto& tensor = node.constant(0, "X");
  std::vector<float> values = read_floats(tensor);
  for (float& value : values) value = std::sqrt(value);
  node.bind_floats(dims_of(tensor), values);
}

}  // namespace npusim::import
