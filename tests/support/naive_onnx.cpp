// SPDX-License-Identifier: Apache-2.0
#include "tests/support/naive_onnx.h"

#include <onnx/onnx_pb.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <map>
#include <numeric>
#include <stdexcept>
#include <string>
#include <utility>

namespace npusim::test {
namespace {

using Dims = std::vector<std::int64_t>;
using Tensor = NaiveTensor;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::int64_t product(const Dims& dims) {
  return std::accumulate(dims.begin(), dims.end(), std::int64_t{1}, std::multiplies<>());
}

// Value at `position`, dimensions aligned at the right and of 1 repeated.
double at(const Tensor& t, const Dims& position) {
  std::int64_t index = 0;
  const std::size_t skipped = position.size() - t.dims.size();
  for (std::size_t i = 0; i < t.dims.size(); ++i) {
    index = index * t.dims[i] + (t.dims[i] == 1 ? 0 : position[i + skipped]);
  }
  return t.values.at(static_cast<std::size_t>(index));
}

Tensor make(const Dims& dims, const std::function<double(const Dims&)>& value) {
  Tensor result{dims, {}};
  Dims position(dims.size(), 0);
  for (std::int64_t n = product(dims); n > 0; --n) {
    result.values.push_back(value(position));
    for (std::size_t i = dims.size(); i-- > 0;) {
      if (++position[i] < dims[i]) break;
      position[i] = 0;
    }
  }
  return result;
}

bool is_byte(const onnx::TensorProto& proto) {
  return proto.data_type() == onnx::TensorProto::INT8 ||
         proto.data_type() == onnx::TensorProto::UINT8;
}

template <typename Value>
void append_raw(const std::string& raw, std::vector<double>& values) {
  for (std::size_t i = 0; i + sizeof(Value) <= raw.size(); i += sizeof(Value)) {
    Value value = 0;
    std::memcpy(&value, raw.data() + i, sizeof(value));
    values.push_back(static_cast<double>(value));
  }
}

Tensor read(const onnx::TensorProto& proto) {
  Tensor result{{proto.dims().begin(), proto.dims().end()}, {}, true};
  const std::string& raw = proto.raw_data();
  result.is_signed = proto.data_type() != onnx::TensorProto::UINT8;
  if (proto.data_type() == onnx::TensorProto::INT64) {
    result.values.assign(proto.int64_data().begin(), proto.int64_data().end());
    append_raw<std::int64_t>(raw, result.values);
    return result;
  } else if (proto.data_type() == onnx::TensorProto::INT32) {
    result.values.assign(proto.int32_data().begin(), proto.int32_data().end());
    append_raw<std::int32_t>(raw, result.values);
    return result;
  } else if (is_byte(proto)) {
    for (const char byte : raw) {
      result.values.push_back(proto.data_type() == onnx::TensorProto::INT8
                                  ? static_cast<std::int8_t>(byte)
                                  : static_cast<std::uint8_t>(byte));
    }
    return result;
  } else if (raw.empty()) {
    result.values.assign(proto.float_data().begin(), proto.float_data().end());
  }
  append_raw<float>(raw, result.values);
  return result;
}

class Node {
 public:
  Node(const onnx::NodeProto& node, const std::map<std::string, Tensor>& tensors) : node_(node) {
    for (const std::string& name : node.input()) {
      in_.push_back(name.empty() ? nullptr : &tensors.at(name));
    }
  }

  /// What the node computes, output by output.
  std::vector<Tensor> run_all() const {
    if (node_.op_type() == "Split") return split();
    return {run()};
  }

 private:
  Tensor run() const {
    const std::string& op = node_.op_type();
    if (op == "Constant") return read(attribute("value")->t());
    if (op == "ConstantOfShape") return filled();
    const Tensor& x = *in_.at(0);
    if (op == "Identity" || op == "Dropout" || op == "Softmax" || op == "Cast") return x;
    if (op == "Conv") return conv(x);
    if (op == "MaxPool" || op == "AveragePool") return pool(x);
    if (op == "Gemm" || op == "MatMul") return matrix_product(x);
    if (op == "Concat") return concat();
    if (op == "Pad") return pad(x);
    if (op == "BatchNormalization") return batch_norm(x);
    if (op.rfind("Reduce", 0) == 0 || op.rfind("Global", 0) == 0) return reduced(x);
    if (op == "Sum") return sum();
    if (op == "Shape") {
      return {{static_cast<std::int64_t>(x.dims.size())}, {x.dims.begin(), x.dims.end()}};
    }
    if (op == "Gather") return gather(x);
    if (op == "Slice") return slice(x);
    if (op == "Transpose") return transpose(x);
    if (op == "QuantizeLinear" || op == "DequantizeLinear") return quantization(x);
    if (is_renaming(op)) return {renamed(x), x.values};
    if (in_.size() == 2 && op != "PRelu" && op != "Clip") {
      return make(broadcast(x.dims, in_[1]->dims), [&](const Dims& position) {
        return combined(op, at(x, position), at(*in_[1], position));
      });
    }
    return make(x.dims,
                [&](const Dims& position) { return function(op, at(x, position), position); });
  }

  const onnx::AttributeProto* attribute(const std::string& name) const {
    for (const auto& candidate : node_.attribute()) {
      if (candidate.name() == name) return &candidate;
    }
    return nullptr;
  }
  std::int64_t integer(const std::string& name, std::int64_t otherwise) const {
    return attribute(name) == nullptr ? otherwise : attribute(name)->i();
  }
  double number(const std::string& name, double otherwise) const {
    return attribute(name) == nullptr ? otherwise : static_cast<double>(attribute(name)->f());
  }
  Dims integers(const std::string& name, Dims otherwise) const {
    const auto* found = attribute(name);
    return found == nullptr ? std::move(otherwise)
                            : Dims(found->ints().begin(), found->ints().end());
  }
  static std::size_t index_of(double value) { return static_cast<std::size_t>(value); }
  bool has(std::size_t i) const { return i < in_.size() && in_[i] != nullptr; }
  double scalar(std::size_t i, double otherwise) const {
    return has(i) ? in_[i]->values.at(0) : otherwise;
  }

  static Dims broadcast(Dims a, Dims b) {
    while (a.size() < b.size()) a.insert(a.begin(), 1);
    while (b.size() < a.size()) b.insert(b.begin(), 1);
    for (std::size_t i = 0; i < a.size(); ++i) a[i] = std::max(a[i], b[i]);
    return a;
  }

  static double combined(const std::string& op, double a, double b) {
    if (op == "Add") return a + b;
    if (op == "Sub") return a - b;
    if (op == "Mul") return a * b;
    if (op == "Div") return a / b;
    if (op == "Min") return std::min(a, b);
    if (op == "Max") return std::max(a, b);
    throw std::logic_error("evaluate_onnx: " + op);
  }

  double function(const std::string& op, double x, const Dims& position) const {
    const auto unit = [](double v) { return std::min(1.0, std::max(0.0, v)); };
    if (op == "Relu") return std::max(x, 0.0);
    if (op == "Clip") return std::min(std::max(x, scalar(1, -kInfinity)), scalar(2, kInfinity));
    if (op == "Sigmoid") return 1 / (1 + std::exp(-x));
    if (op == "HardSigmoid") return unit(number("alpha", 0.2F) * x + number("beta", 0.5));
    if (op == "HardSwish") return x * unit(x / 6 + 0.5);
    if (op == "LeakyRelu") return x < 0 ? number("alpha", 0.01F) * x : x;
    if (op == "PRelu") return x < 0 ? at(*in_[1], position) * x : x;
    if (op == "Tanh") return std::tanh(x);
    if (op == "Softplus") return std::log1p(std::exp(x));
    if (op == "Neg") return -x;
    if (op == "Sqrt") return std::sqrt(x);
    if (op == "Elu") return x < 0 ? number("alpha", 1) * std::expm1(x) : x;
    if (op == "Selu") {
      const double alpha = number("alpha", 1.67326319217681884765625);
      return number("gamma", 1.05070102214813232421875) * (x < 0 ? alpha * std::expm1(x) : x);
    }
    throw std::logic_error("evaluate_onnx: " + op);
  }

  static bool is_renaming(const std::string& op) {
    return op == "Reshape" || op == "Flatten" || op == "Squeeze" || op == "Unsqueeze";
  }

  Dims renamed(const Tensor& x) const {
    const std::string& op = node_.op_type();
    if (op == "Flatten") return {x.dims[0], product(x.dims) / x.dims[0]};
    Dims dims;
    if (op == "Reshape") {
      std::int64_t known = 1;
      for (std::size_t i = 0; i < in_[1]->values.size(); ++i) {
        const auto dim = static_cast<std::int64_t>(in_[1]->values[i]);
        dims.push_back(dim == 0 ? x.dims[i] : dim);
        if (dims.back() > 0) known *= dims.back();
      }
      std::replace(dims.begin(), dims.end(), std::int64_t{-1}, product(x.dims) / known);
      return dims;
    }
    const std::vector<double>& axes = in_[1]->values;
    dims = x.dims;
    const auto rank =
        static_cast<std::int64_t>(op == "Squeeze" ? x.dims.size() : x.dims.size() + axes.size());
    Dims places;
    for (const double axis : axes) {
      places.push_back(
          static_cast<std::int64_t>(axis < 0 ? axis + static_cast<double>(rank) : axis));
    }
    std::sort(places.begin(), places.end());
    if (op == "Squeeze") std::reverse(places.begin(), places.end());
    for (const std::int64_t place : places) {
      if (op == "Squeeze") dims.erase(dims.begin() + place);
      if (op == "Unsqueeze") dims.insert(dims.begin() + place, 1);
    }
    return dims;
  }

  Tensor quantization(const Tensor& x) const {
    const auto axis = static_cast<std::size_t>(integer("axis", 1));
    const bool reads_codes = node_.op_type() == "DequantizeLinear";
    return make(x.dims, [&](const Dims& position) {
      const std::size_t channel =
          in_[1]->values.size() > 1 ? static_cast<std::size_t>(position[axis]) : 0;
      const double scale = in_[1]->values.at(channel);
      const double zero = has(2) ? in_[2]->values.at(channel) : 0;
      if (reads_codes) return (at(x, position) - zero) * scale;
      const double low = has(2) && in_[2]->is_signed ? -128 : 0;
      return std::min(std::max(std::nearbyint(at(x, position) / scale) + zero, low), low + 255);
    });
  }

  Tensor filled() const {
    const Dims dims(in_.at(0)->values.begin(), in_.at(0)->values.end());
    const auto* value = attribute("value");
    const double all = value == nullptr ? 0 : read(value->t()).values.at(0);
    return make(dims, [&](const Dims&) { return all; });
  }

  Tensor sum() const {
    Tensor result = *in_.at(0);
    for (std::size_t i = 1; i < in_.size(); ++i) {
      const Tensor before = std::move(result);
      result = make(broadcast(before.dims, in_[i]->dims),
                    [&](const Dims& p) { return at(before, p) + at(*in_[i], p); });
    }
    return result;
  }

  static std::size_t place(std::int64_t axis, const Tensor& x) {
    return static_cast<std::size_t>(axis < 0 ? axis + static_cast<std::int64_t>(x.dims.size())
                                             : axis);
  }

  // These elements of one dimension, in this order.
  static Tensor taken(const Tensor& x, std::size_t axis, const Dims& elements) {
    Dims dims = x.dims;
    dims[axis] = static_cast<std::int64_t>(elements.size());
    return make(dims, [&](Dims position) {
      position[axis] = elements[static_cast<std::size_t>(position[axis])];
      return at(x, position);
    });
  }

  // A list of indices, or one, which takes its dimension away.
  Tensor gather(const Tensor& x) const {
    const std::size_t axis = place(integer("axis", 0), x);
    Dims elements;
    for (const double index : in_[1]->values) {
      const auto element = static_cast<std::int64_t>(index);
      elements.push_back(element < 0 ? element + x.dims[axis] : element);
    }
    Tensor result = taken(x, axis, elements);
    if (in_[1]->dims.empty()) {
      result.dims.erase(result.dims.begin() + static_cast<std::ptrdiff_t>(axis));
    }
    return result;
  }

  // Forwards along one axis, from a start that is not negative.
  Tensor slice(const Tensor& x) const {
    const std::size_t axis = place(static_cast<std::int64_t>(in_[3]->values.at(0)), x);
    const auto end = std::min(in_[2]->values.at(0), static_cast<double>(x.dims[axis]));
    const auto step = static_cast<std::int64_t>(scalar(4, 1));
    Dims elements;
    for (auto i = static_cast<std::int64_t>(in_[1]->values.at(0)); static_cast<double>(i) < end;
         i += step) {
      elements.push_back(i);
    }
    return taken(x, axis, elements);
  }

  std::vector<Tensor> split() const {
    const Tensor& x = *in_.at(0);
    const std::size_t axis = place(integer("axis", 0), x);
    const std::int64_t outputs = node_.output_size();
    std::vector<Tensor> parts;
    std::int64_t begin = 0;
    for (std::int64_t i = 0; i < outputs; ++i) {
      const std::int64_t size =
          has(1) ? static_cast<std::int64_t>(in_[1]->values.at(static_cast<std::size_t>(i)))
                 : x.dims[axis] / outputs;
      Dims elements(static_cast<std::size_t>(size));
      std::iota(elements.begin(), elements.end(), begin);
      begin += size;
      parts.push_back(taken(x, axis, elements));
    }
    return parts;
  }

  Tensor transpose(const Tensor& x) const {
    const Dims order = integers("perm", {});
    Dims dims;
    for (const std::int64_t axis : order) dims.push_back(x.dims[static_cast<std::size_t>(axis)]);
    return make(dims, [&](const Dims& position) {
      Dims from(position.size());
      for (std::size_t i = 0; i < order.size(); ++i) {
        from[static_cast<std::size_t>(order[i])] = position[i];
      }
      return at(x, from);
    });
  }

  Tensor concat() const {
    std::int64_t axis = integer("axis", 0);
    if (axis < 0) axis += static_cast<std::int64_t>(in_[0]->dims.size());
    const auto place = static_cast<std::size_t>(axis);
    Dims dims = in_[0]->dims;
    for (std::size_t i = 1; i < in_.size(); ++i) dims[place] += in_[i]->dims[place];
    return make(dims, [&](Dims position) {
      std::size_t i = 0;
      while (position[place] >= in_[i]->dims[place]) position[place] -= in_[i++]->dims[place];
      return at(*in_[i], position);
    });
  }

  Tensor pad(const Tensor& x) const {
    const std::vector<double>& pads = in_[1]->values;
    Dims dims = x.dims;
    for (std::size_t i = 0; i < dims.size(); ++i) {
      dims[i] += static_cast<std::int64_t>(pads[i] + pads[i + dims.size()]);
    }
    return make(dims, [&](Dims position) {
      for (std::size_t i = 0; i < position.size(); ++i) {
        position[i] -= static_cast<std::int64_t>(pads[i]);
        if (position[i] < 0 || position[i] >= x.dims[i]) return scalar(2, 0);
      }
      return at(x, position);
    });
  }

  Tensor batch_norm(const Tensor& x) const {
    const double epsilon = number("epsilon", 1e-5F);
    return make(x.dims, [&](const Dims& p) {
      const auto c = static_cast<std::size_t>(p[1]);
      return in_[1]->values[c] * (at(x, p) - in_[3]->values[c]) /
                 std::sqrt(in_[4]->values[c] + epsilon) +
             in_[2]->values[c];
    });
  }

  // Means, sums and maxima over some axes; a global pool's are all but the first two.
  Tensor reduced(const Tensor& x) const {
    const std::string& op = node_.op_type();
    const bool is_reduction = op.rfind("Reduce", 0) == 0;
    const bool is_max = op == "ReduceMax" || op == "GlobalMaxPool";
    Dims axes = is_reduction ? integers("axes", {}) : Dims{2, 3};
    if (is_reduction && has(1)) axes.assign(in_[1]->values.begin(), in_[1]->values.end());
    const bool keeps = !is_reduction || integer("keepdims", 1) != 0;
    Dims kept = x.dims;
    for (std::int64_t& axis : axes) {
      axis = static_cast<std::int64_t>(place(axis, x));
      kept[static_cast<std::size_t>(axis)] = 1;
    }
    Tensor result = make(kept, [&](const Dims&) { return is_max ? -kInfinity : 0.0; });
    const double count = static_cast<double>(product(x.dims)) / static_cast<double>(product(kept));
    const double share = op == "ReduceSum" ? 1 : count;
    Dims position(x.dims.size(), 0);
    for (const double value : x.values) {
      std::int64_t index = 0;
      for (std::size_t i = 0; i < kept.size(); ++i) {
        index = index * kept[i] + (kept[i] == 1 ? 0 : position[i]);
      }
      double& cell = result.values[static_cast<std::size_t>(index)];
      cell = is_max ? std::max(cell, value) : cell + value / share;
      for (std::size_t i = position.size(); i-- > 0;) {
        if (++position[i] < x.dims[i]) break;
        position[i] = 0;
      }
    }
    std::sort(axes.rbegin(), axes.rend());
    for (const std::int64_t axis : axes) {
      if (!keeps) result.dims.erase(result.dims.begin() + axis);
    }
    return result;
  }

  Tensor matrix_product(const Tensor& a) const {
    const Tensor& b = *in_[1];
    const bool is_turned = integer("transB", 0) != 0;
    Dims dims = a.dims;
    const std::int64_t inner = dims.back();
    dims.back() = b.dims[is_turned ? 0 : 1];
    return make(dims, [&](const Dims& position) {
      Dims from = position;
      double sum = 0;
      for (std::int64_t k = 0; k < inner; ++k) {
        from.back() = k;
        const Dims of_b = is_turned ? Dims{position.back(), k} : Dims{k, position.back()};
        sum += at(a, from) * at(b, of_b);
      }
      const double bias = has(2) ? at(*in_[2], position) : 0;
      return number("alpha", 1) * sum + number("beta", 1) * bias;
    });
  }

  struct Windows {
    Dims kernel, strides, dilations, pads, out;
  };
  Windows windows(const Tensor& x, const Dims& kernel) const {
    Windows w{kernel,
              integers("strides", {1, 1}),
              integers("dilations", {1, 1}),
              integers("pads", {0, 0, 0, 0}),
              {}};
    for (std::size_t i = 0; i < 2; ++i) {
      const std::int64_t covered = (kernel[i] - 1) * w.dilations[i] + 1;
      // SAME: an output per stride begun, the odd pad at the end (UPPER) or the begin (LOWER).
      const auto* mode = attribute("auto_pad");
      if (mode != nullptr && mode->s().rfind("SAME", 0) == 0) {
        const std::int64_t outputs = (x.dims[2 + i] + w.strides[i] - 1) / w.strides[i];
        const std::int64_t total =
            std::max<std::int64_t>((outputs - 1) * w.strides[i] + covered - x.dims[2 + i], 0);
        w.pads[i] = mode->s() == "SAME_UPPER" ? total / 2 : total - total / 2;
        w.pads[2 + i] = total - w.pads[i];
        w.out.push_back(outputs);
        continue;
      }
      const std::int64_t padded = x.dims[2 + i] + w.pads[i] + w.pads[2 + i];
      const std::int64_t rest = padded - covered;
      const std::int64_t up = integer("ceil_mode", 0) != 0 ? w.strides[i] - 1 : 0;
      w.out.push_back((rest + up) / w.strides[i] + 1);
    }
    return w;
  }
  // Calls cell(i, j, position in x) for the real cells under output position p, all channels 0.
  static void each_cell(const Tensor& x, const Windows& w, const Dims& p,
                        const std::function<void(std::int64_t, std::int64_t, Dims)>& cell) {
    for (std::int64_t i = 0; i < w.kernel[0]; ++i) {
      for (std::int64_t j = 0; j < w.kernel[1]; ++j) {
        const std::int64_t row = p[2] * w.strides[0] - w.pads[0] + i * w.dilations[0];
        const std::int64_t column = p[3] * w.strides[1] - w.pads[1] + j * w.dilations[1];
        if (row < 0 || column < 0 || row >= x.dims[2] || column >= x.dims[3]) continue;
        cell(i, j, {0, 0, row, column});
      }
    }
  }

  Tensor conv(const Tensor& x) const {
    const Tensor& weights = *in_[1];
    const Windows w = windows(x, {weights.dims[2], weights.dims[3]});
    const std::int64_t outputs_per_group = weights.dims[0] / integer("group", 1);
    return make({1, weights.dims[0], w.out[0], w.out[1]}, [&](const Dims& p) {
      double sum = has(2) ? in_[2]->values[static_cast<std::size_t>(p[1])] : 0;
      each_cell(x, w, p, [&](std::int64_t i, std::int64_t j, Dims from) {
        for (std::int64_t c = 0; c < weights.dims[1]; ++c) {
          from[1] = p[1] / outputs_per_group * weights.dims[1] + c;
          sum += at(x, from) * at(weights, {p[1], c, i, j});
        }
      });
      return sum;
    });
  }

  Tensor pool(const Tensor& x) const {
    const Windows w = windows(x, integers("kernel_shape", {}));
    const bool is_max = node_.op_type() == "MaxPool";
    const bool counts_all = integer("count_include_pad", 0) != 0;
    return make({1, x.dims[1], w.out[0], w.out[1]}, [&](const Dims& p) {
      double result = is_max ? -kInfinity : 0;
      double count = 0;
      each_cell(x, w, p, [&](std::int64_t, std::int64_t, Dims from) {
        from[1] = p[1];
        result = is_max ? std::max(result, at(x, from)) : result + at(x, from);
        ++count;
      });
      if (counts_all) count = static_cast<double>(w.kernel[0] * w.kernel[1]);
      return is_max ? result : result / count;
    });
  }

  const onnx::NodeProto& node_;
  std::vector<const Tensor*> in_;
};

}  // namespace

std::map<std::string, NaiveTensor> evaluate_onnx_tensors(
    const onnx::ModelProto& model, const NaiveTensor& input,
    const std::map<std::string, NaiveTensor>& known) {
  const onnx::GraphProto& graph = model.graph();
  std::map<std::string, Tensor> read_by_others;
  std::map<std::string, Tensor> computed;
  for (const auto& tensor : graph.initializer()) read_by_others[tensor.name()] = read(tensor);
  for (const auto& info : graph.input()) read_by_others.emplace(info.name(), input);
  for (const onnx::NodeProto& node : graph.node()) {
    std::vector<Tensor> results = Node(node, read_by_others).run_all();
    for (std::size_t i = 0; i < results.size(); ++i) {
      const std::string& name = node.output(static_cast<int>(i));
      computed[name] = std::move(results[i]);
      const auto found = known.find(name);
      read_by_others[name] = found == known.end() ? computed[name] : found->second;
    }
  }
  return computed;
}

NaiveTensor evaluate_onnx(const onnx::ModelProto& model, const NaiveTensor& input) {
  return evaluate_onnx_tensors(model, input, {}).at(model.graph().output(0).name());
}

}  // namespace npusim::test
