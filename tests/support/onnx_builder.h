// SPDX-License-Identifier: Apache-2.0
// ONNX models written down in a test, node by node. Link npusim_test_models.
//
//     OnnxBuilder model;
//     model.input("x", {1, 3, 8, 8}).floats("w", {4, 3, 3, 3}, random_floats(108, 1));
//     model.node("Conv", {"x", "w"}, {"y"}, {{"strides", {2, 2}}}, "conv1").output("y");
//     const graph::Graph g = import::import_onnx(model.bytes(), "model.onnx");
#pragma once

#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace onnx {
class ModelProto;
}

namespace npusim::test {

using Dims = std::vector<std::int64_t>;

/// An attribute of a node: {"group", 4}, {"epsilon", 1e-3F}, {"mode", "constant"}, {"pads", {0,
/// 1}}.
struct OnnxAttribute {
  OnnxAttribute(std::string name_in, int value_in)
      : name(std::move(name_in)), value(std::int64_t{value_in}) {}
  OnnxAttribute(std::string name_in, std::int64_t value_in)
      : name(std::move(name_in)), value(value_in) {}
  OnnxAttribute(std::string name_in, float value_in) : name(std::move(name_in)), value(value_in) {}
  OnnxAttribute(std::string name_in, const char* value_in)
      : name(std::move(name_in)), value(std::string(value_in)) {}
  OnnxAttribute(std::string name_in, Dims values)
      : name(std::move(name_in)), value(std::move(values)) {}
  OnnxAttribute(std::string name_in, std::initializer_list<std::int64_t> values)
      : name(std::move(name_in)), value(Dims(values)) {}

  std::string name;
  std::variant<std::int64_t, float, std::string, Dims> value;
};

class OnnxBuilder {
 public:
  explicit OnnxBuilder(int opset = 13);
  ~OnnxBuilder();
  OnnxBuilder(OnnxBuilder&&) noexcept;
  OnnxBuilder& operator=(OnnxBuilder&&) noexcept;

  /// A float input; the dimension -1 is symbolic.
  OnnxBuilder& input(const std::string& name, const Dims& dims);
  /// A float output; without dims its shape is left open.
  OnnxBuilder& output(const std::string& name, const Dims& dims = {});
  /// Initializers. Floats are stored as raw bytes, integers as an INT64 field.
  OnnxBuilder& floats(const std::string& name, const Dims& dims, const std::vector<float>& values);
  OnnxBuilder& ints(const std::string& name, const Dims& dims,
                    const std::vector<std::int64_t>& values);
  /// Codes of type INT8, UINT8 (both as raw bytes) or INT32 (as a field).
  OnnxBuilder& codes(const std::string& name, const Dims& dims, const std::string& type,
                     const std::vector<std::int32_t>& values);
  OnnxBuilder& node(const std::string& op_type, const std::vector<std::string>& inputs,
                    const std::vector<std::string>& outputs,
                    const std::vector<OnnxAttribute>& attributes = {},
                    const std::string& name = "");
  /// A Constant node with a float tensor, as exporters write it.
  OnnxBuilder& constant_node(const std::string& output, const Dims& dims,
                             const std::vector<float>& values);

  /// For what the functions above cannot say; include <onnx/onnx_pb.h> and link onnx.
  onnx::ModelProto& proto() { return *model_; }
  std::string bytes() const;
  void write(const std::filesystem::path& path) const;

 private:
  std::unique_ptr<onnx::ModelProto> model_;
};

}  // namespace npusim::test
