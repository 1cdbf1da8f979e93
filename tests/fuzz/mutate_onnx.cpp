// SPDX-License-Identifier: Apache-2.0
#include <google/protobuf/message.h>
#include <google/protobuf/stubs/logging.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "tests/fuzz/mutate.h"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

namespace npusim::fuzz {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr std::array<std::int64_t, 22> kIntegers = {
    0,    1,   2,    3,     4,       5,    7,   -1,        -2,        16,        127,
    -128, 255, 1000, 65536, 1 << 20, 1025, -64, 1LL << 31, 1LL << 32, INT64_MAX, INT64_MIN};
constexpr std::array<const char*, 56> kWords = {"",
                                                "Conv",
                                                "Gemm",
                                                "MatMul",
                                                "Reshape",
                                                "Squeeze",
                                                "Unsqueeze",
                                                "Transpose",
                                                "Concat",
                                                "Slice",
                                                "Gather",
                                                "Shape",
                                                "Cast",
                                                "ConstantOfShape",
                                                "ReduceMean",
                                                "AveragePool",
                                                "MaxPool",
                                                "Pad",
                                                "Clip",
                                                "Mul",
                                                "Add",
                                                "Sub",
                                                "Div",
                                                "QuantizeLinear",
                                                "DequantizeLinear",
                                                "QLinearConv",
                                                "PRelu",
                                                "Split",
                                                "Flatten",
                                                "BatchNormalization",
                                                "Dropout",
                                                "Softmax",
                                                "HardSigmoid",
                                                "GlobalAveragePool",
                                                "Relu",
                                                "Constant",
                                                "Identity",
                                                "axes",
                                                "axis",
                                                "perm",
                                                "shape",
                                                "group",
                                                "dilations",
                                                "value",
                                                "pads",
                                                "strides",
                                                "kernel_shape",
                                                "auto_pad",
                                                "SAME_UPPER",
                                                "SAME_LOWER",
                                                "VALID",
                                                "keepdims",
                                                "ceil_mode",
                                                "count_include_pad",
                                                "transB",
                                                "epsilon"};

class Draw {
 public:
  explicit Draw(unsigned seed) : engine_(seed) {}
  std::size_t below(std::size_t bound) { return bound == 0 ? 0 : engine_() % bound; }
  /// An index of a protobuf list; 0 where it is empty.
  int index(int size) { return static_cast<int>(below(static_cast<std::size_t>(size))); }
  bool one_in(std::size_t n) { return below(n) == 0; }
  std::int64_t integer() {
    return one_in(3) ? static_cast<std::int64_t>(below(24)) : kIntegers[below(kIntegers.size())];
  }
  float real() {
    constexpr std::array<float, 8> kReals = {0.0F,
                                             1.0F,
                                             -1.0F,
                                             1e-30F,
                                             1e30F,
                                             0.5F,
                                             std::numeric_limits<float>::infinity(),
                                             std::numeric_limits<float>::quiet_NaN()};
    return kReals[below(kReals.size())];
  }

 private:
  std::mt19937 engine_;
};

void collect(Message& message, std::vector<Message*>& all) {
  all.push_back(&message);
  const Reflection& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    if (!field->is_repeated()) {
      collect(*reflection.MutableMessage(&message, field), all);
      continue;
    }
    for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
      collect(*reflection.MutableRepeatedMessage(&message, field, i), all);
    }
  }
}

/// Names that are in the model, beside the words of the format.
std::string word(const onnx::ModelProto& model, Draw& draw) {
  const onnx::GraphProto& graph = model.graph();
  if (graph.node_size() == 0 || draw.one_in(2)) return kWords[draw.below(kWords.size())];
  const onnx::NodeProto& node = graph.node(draw.index(graph.node_size()));
  if (draw.one_in(3)) return node.op_type();
  const auto& names = draw.one_in(2) ? node.input() : node.output();
  return names.empty() ? "" : names.Get(draw.index(names.size()));
}

std::string changed_bytes(std::string bytes, Draw& draw) {
  if (bytes.empty()) return std::string(draw.below(64), '\0');
  if (draw.one_in(2)) {
    bytes.resize(draw.below(bytes.size() * 2));
  } else {
    bytes[draw.below(bytes.size())] ^= static_cast<char>(1U << draw.below(8));
  }
  return bytes;
}

/// One element moved, doubled or taken away. False where there is none.
bool rearrange(Message& message, const FieldDescriptor& field, Draw& draw) {
  const Reflection& reflection = *message.GetReflection();
  const int size = reflection.FieldSize(message, &field);
  if (size == 0) return false;
  const int index = draw.index(size);
  const int other = draw.index(size);
  switch (draw.below(3)) {
    case 0:
      reflection.SwapElements(&message, &field, index, size - 1);
      reflection.RemoveLast(&message, &field);
      return true;
    case 1:
      reflection.SwapElements(&message, &field, index, other);
      return true;
    default:
      if (field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) return false;
      const Message& copied = reflection.GetRepeatedMessage(message, &field, index);
      Message* copy = copied.New();
      copy->CopyFrom(copied);
      reflection.AddAllocatedMessage(&message, &field, copy);
      return true;
  }
}

/// A new value for a field, of a repeated one for the last element or behind it.
void set_value(const onnx::ModelProto& model, Message& message, const FieldDescriptor& field,
               Draw& draw) {
  const Reflection& r = *message.GetReflection();
  const bool many = field.is_repeated();
  const int size = many ? r.FieldSize(message, &field) : 0;
  const bool add = many && (size == 0 || draw.one_in(5));
  const int at = size == 0 ? 0 : draw.index(size);
  const auto put = [&](auto set, auto append, auto replace, auto value) {
    if (!many) {
      (r.*set)(&message, &field, value);
    } else if (add) {
      (r.*append)(&message, &field, value);
    } else {
      (r.*replace)(&message, &field, at, value);
    }
  };
  const std::int64_t integer = draw.integer();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      put(&Reflection::SetInt32, &Reflection::AddInt32, &Reflection::SetRepeatedInt32,
          static_cast<std::int32_t>(integer));
      break;
    case FieldDescriptor::CPPTYPE_INT64:
      put(&Reflection::SetInt64, &Reflection::AddInt64, &Reflection::SetRepeatedInt64, integer);
      break;
    case FieldDescriptor::CPPTYPE_UINT64:
      put(&Reflection::SetUInt64, &Reflection::AddUInt64, &Reflection::SetRepeatedUInt64,
          static_cast<std::uint64_t>(integer));
      break;
    case FieldDescriptor::CPPTYPE_FLOAT:
      put(&Reflection::SetFloat, &Reflection::AddFloat, &Reflection::SetRepeatedFloat, draw.real());
      break;
    case FieldDescriptor::CPPTYPE_DOUBLE:
      put(&Reflection::SetDouble, &Reflection::AddDouble, &Reflection::SetRepeatedDouble,
          static_cast<double>(draw.real()));
      break;
    case FieldDescriptor::CPPTYPE_ENUM: {
      const auto* type = field.enum_type();
      const int value = type->value(draw.index(type->value_count()))->number();
      put(&Reflection::SetEnumValue, &Reflection::AddEnumValue, &Reflection::SetRepeatedEnumValue,
          value);
      break;
    }
    case FieldDescriptor::CPPTYPE_STRING: {
      const bool is_bytes = field.type() == FieldDescriptor::TYPE_BYTES && !many;
      const std::string value =
          is_bytes ? changed_bytes(r.GetString(message, &field), draw) : word(model, draw);
      if (!many) {
        r.SetString(&message, &field, value);
      } else if (add) {
        r.AddString(&message, &field, value);
      } else {
        r.SetRepeatedString(&message, &field, at, value);
      }
      break;
    }
    case FieldDescriptor::CPPTYPE_MESSAGE:
      if (many) {
        r.AddMessage(&message, &field);
      } else {
        r.MutableMessage(&message, &field);
      }
      break;
    default:
      break;
  }
}

void change(onnx::ModelProto& model, Draw& draw) {
  std::vector<Message*> all;
  collect(model, all);
  Message& message = *all[draw.below(all.size())];
  const auto& descriptor = *message.GetDescriptor();
  const FieldDescriptor& field = *descriptor.field(draw.index(descriptor.field_count()));
  if (field.is_repeated() && draw.one_in(3) && rearrange(message, field, draw)) return;
  if (!field.is_repeated() && draw.one_in(8)) {
    message.GetReflection()->ClearField(&message, &field);
    return;
  }
  set_value(model, message, field, draw);
}

}  // namespace

std::size_t mutate_onnx(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) {
  const google::protobuf::LogSilencer silence;
  Draw draw(seed);
  onnx::ModelProto model;
  if (draw.one_in(8) || !model.ParseFromArray(data, static_cast<int>(size))) {
    return LLVMFuzzerMutate(data, size, most);
  }
  for (std::size_t times = 1 + draw.below(4); times > 0; --times) change(model, draw);
  const std::string bytes = model.SerializePartialAsString();
  if (bytes.size() > most) return LLVMFuzzerMutate(data, size, most);
  std::copy(bytes.begin(), bytes.end(), data);
  return bytes.size();
}

}  // namespace npusim::fuzz
