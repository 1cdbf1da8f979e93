// SPDX-License-Identifier: Apache-2.0
// An ONNX model as it is put together: names made unique, tensors and nodes appended. Internal to
// to_onnx.
#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <variant>
#include <vector>

namespace onnx {
class ModelProto;
class TensorProto;
}  // namespace onnx

namespace npusim::exporter {

using Dims = std::vector<std::int64_t>;

struct Attribute {
  const char* name;
  std::variant<std::int64_t, float, Dims> value;
};

/// -1 in the dimensions of a port stands for the batch.
inline constexpr std::int64_t kSymbolicBatch = -1;

class ModelWriter {
 public:
  ModelWriter(const std::string& graph_name, int opset);
  ~ModelWriter();
  ModelWriter(const ModelWriter&) = delete;
  ModelWriter& operator=(const ModelWriter&) = delete;

  // Names that belong to ports and layers: nothing else gets them.
  void reserve_tensor(const std::string& name) { tensor_names_.insert(name); }
  void reserve_node(const std::string& name) { node_names_.insert(name); }

  /// A tensor's name that is not taken: `wanted`, or with a number behind it.
  std::string tensor(const std::string& wanted) { return unique(tensor_names_, wanted); }

  void input(const std::string& name, const Dims& dims);
  void output(const std::string& name, const Dims& dims);

  // Constants; each returns its name.
  std::string floats(const std::string& wanted, const Dims& dims, const std::vector<float>& values);
  std::string ints(const std::string& wanted, const std::vector<std::int64_t>& values);
  std::string int8s(const std::string& wanted, const Dims& dims,
                    const std::vector<std::int8_t>& values);
  std::string int32s(const std::string& wanted, const Dims& dims,
                     const std::vector<std::int32_t>& values);
  /// The floats nearest to the scales, of no dimension where there is one; what they are roundings
  /// of goes to the metadata.
  std::string scales(const std::string& wanted, const std::vector<double>& values);

  /// The node that is the layer: it has the layer's name.
  void layer(const std::string& name, const char* op, const std::vector<std::string>& inputs,
             const std::string& output, const std::vector<Attribute>& attributes = {});
  /// A node beside layers, named after its output.
  void node(const char* op, const std::vector<std::string>& inputs, const std::string& output,
            const std::vector<Attribute>& attributes = {});

  void property(const std::string& key, const std::string& value);

  /// The bytes of the file. Throws base::InputError above what the format can hold.
  std::string bytes() const;

 private:
  static std::string unique(std::set<std::string>& taken, const std::string& wanted);
  onnx::TensorProto& constant(const std::string& name, const Dims& dims, int type);

  std::unique_ptr<onnx::ModelProto> model_;
  std::set<std::string> tensor_names_;
  std::set<std::string> node_names_;
};

}  // namespace npusim::exporter
