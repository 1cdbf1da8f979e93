// SPDX-License-Identifier: Apache-2.0
#include "frontend/import/onnx_importer.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "frontend/graph/verify.h"
#include "frontend/import/input_layout.h"
#include "frontend/import/model_reader.h"
#include "frontend/import/node_context.h"
#include "frontend/import/rules.h"
#include "frontend/import/shape_check.h"
#include "frontend/import/tensors.h"
#include "sim/base/errors.h"
#include "sim/base/files.h"

namespace npusim::import {
namespace {

class Importer {
 public:
  Importer(onnx::ModelProto model, std::string file)
      : model_(std::move(model)), file_(std::move(file)) {}

  graph::Graph run() {
    state_.opset = opset_of(model_);
    state_.graph.name = graph_name();
    bind_initializers();
    bind_input();
    collect_readers();
    for (const onnx::NodeProto& node : model_.graph().node()) import_node(node);
    bind_outputs();
    errors_.throw_if_any();
    // The library's checks stop at the first error, so they come after ours, which find all.
    check_with_library(model_, file_);
    check_shapes_with_library(model_, state_, file_);
    verify_graph();
    return std::move(state_.graph);
  }

 private:
  std::string graph_name() const {
    const std::string name = printable(model_.graph().name());
    return name.empty() ? std::filesystem::path(file_).stem().string() : name;
  }

  void bind_initializers() {
    for (const onnx::TensorProto& tensor : model_.graph().initializer()) {
      if (!state_.values.emplace(tensor.name(), &tensor).second) {
        errors_.add(file_, "initializer", "'" + printable(tensor.name()) + "' twice",
                    "unique names");
      }
    }
  }

  void bind_input() {
    std::vector<onnx::ValueInfoProto*> inputs;
    std::string names;
    for (onnx::ValueInfoProto& info : *model_.mutable_graph()->mutable_input()) {
      if (state_.values.count(info.name()) > 0) continue;  // an initializer listed as an input
      inputs.push_back(&info);
      names += (names.empty() ? "" : ", ") + printable(info.name());
    }
    if (inputs.size() != 1) {
      errors_.add(file_, "inputs", std::to_string(inputs.size()) + " (" + names + ")",
                  "exactly 1 tensor");
    }
    for (onnx::ValueInfoProto* info : inputs) bind_input(*info);
  }

  void bind_input(onnx::ValueInfoProto& info) {
    Value& value = state_.values[info.name()];
    value = Unknown{};
    try {
      graph::Node layer;
      layer.name = state_.unique_name(printable(info.name()));
      const Dims dims = input_dims(*info.mutable_type()->mutable_tensor_type());
      const bool is_last = channels_are_last(model_.graph(), info.name());
      layer.shape = input_shape(dims, is_last);
      layer.shape = infer_shape_of(layer, {});
      const Layout layout = dims.size() < 4 ? vector_layout(dims.back())
                            : is_last       ? channels_last_layout(layer.shape)
                                            : map_layout(layer.shape);
      value = Activation{static_cast<graph::NodeId>(state_.graph.nodes.size()), layout};
      state_.graph.nodes.push_back(std::move(layer));
    } catch (const base::InputError& error) {
      add_errors("input '" + printable(info.name()) + "'", error);
    }
  }

  // Sets a symbolic batch to 1, so that the library infers with it as well.
  static Dims input_dims(onnx::TypeProto::Tensor& type) {
    if (type.elem_type() != onnx::TensorProto::FLOAT) {
      throw base::InputError(base::refusal("", "type", data_type_name(type.elem_type()), "FLOAT"));
    }
    auto& dims = *type.mutable_shape();
    if (dims.dim_size() != 4 && dims.dim_size() != 2) {
      throw base::InputError(base::refusal("", "dimensions", std::to_string(dims.dim_size()),
                                           "4, [N, C, H, W], or 2, [N, F]"));
    }
    if (!dims.dim(0).has_dim_value() || dims.dim(0).dim_value() == 1) {
      dims.mutable_dim(0)->set_dim_value(1);
    } else {
      throw base::InputError(
          base::refusal("", "batch", std::to_string(dims.dim(0).dim_value()), "1 or symbolic"));
    }
    Dims result{1};
    for (int i = 1; i < dims.dim_size(); ++i) {
      if (!dims.dim(i).has_dim_value()) {
        throw base::InputError(base::refusal("", "dimension " + std::to_string(i),
                                             "'" + printable(dims.dim(i).dim_param()) + "'",
                                             "a number: export the model with a fixed size"));
      }
      result.push_back(dims.dim(i).dim_value());
    }
    return result;
  }

  static graph::Shape input_shape(const Dims& dims, bool channels_are_last) {
    if (dims.size() == 2) return {1, 1, dims[1]};
    if (channels_are_last) return {dims[1], dims[2], dims[3]};
    return {dims[2], dims[3], dims[1]};
  }

  void collect_readers() {
    for (const onnx::NodeProto& node : model_.graph().node()) {
      for (const std::string& input : node.input()) read_.insert(input);
    }
    for (const auto& output : model_.graph().output()) read_.insert(output.name());
  }

  void import_node(const onnx::NodeProto& node) {
    const std::string place = "node '" + node.name() + "' (" + printable(node.op_type()) + ")";
    try {
      const OperatorRule* rule = find_rule(node);
      if (rule == nullptr) refuse_operator(node);
      for (int i = 1; i < node.output_size(); ++i) {
        if (node.output(i).empty() || read_.count(node.output(i)) == 0) continue;
        throw base::InputError(base::refusal("", "output " + std::to_string(i),
                                             "'" + printable(node.output(i)) + "' in use",
                                             "unused: only the first output is supported"));
      }
      NodeContext context(state_, node);
      rule->import(context);
    } catch (const SkipNode&) {
      // What is wrong was said of an earlier node.
    } catch (const base::InputError& error) {
      add_errors(place, error);
    }
    for (const std::string& output : node.output()) state_.values.emplace(output, Unknown{});
  }

  [[noreturn]] static void refuse_operator(const onnx::NodeProto& node) {
    const std::string domain = node.domain().empty() ? "" : printable(node.domain()) + ".";
    throw base::InputError(base::refusal("", "operator", domain + printable(node.op_type()),
                                         "one of the operators in docs/operators.md"));
  }

  void bind_outputs() {
    for (onnx::ValueInfoProto& output : *model_.mutable_graph()->mutable_output()) {
      try {
        bind_output(output);
      } catch (const base::InputError& error) {
        add_errors("output '" + printable(output.name()) + "'", error);
      }
    }
  }

  void bind_output(onnx::ValueInfoProto& info) {
    const auto refuse = [](const std::string& got, const std::string& must_be) {
      throw base::InputError(base::refusal("", "source", got, must_be));
    };
    const auto found = state_.values.find(info.name());
    if (found == state_.values.end()) refuse("a name that nothing computes", "a node's output");
    if (std::holds_alternative<Unknown>(found->second)) return;
    const auto* activation = std::get_if<Activation>(&found->second);
    if (activation == nullptr) refuse("a constant", "computed by a layer");
    if (is_input(*activation)) refuse("the model's input", "computed by a layer");
    const graph::Shape& shape = state_.graph.node(activation->node).shape;
    // Values are given out in height, width, channel order: a map may have its dimensions in any
    // order, a flattened one only in this.
    const bool is_map =
        activation->layout.dims.size() == 4 && (activation->layout == map_layout(shape) ||
                                                activation->layout == channels_last_layout(shape));
    if (!is_map && activation->layout.order != channels_last_layout(shape).order) {
      refuse(describe(shape, activation->layout) + " = " + to_text(activation->layout.dims),
             "a map, or flattened from a 1x1 map");
    }
    auto& outputs = state_.graph.outputs;
    if (std::find(outputs.begin(), outputs.end(), activation->node) == outputs.end()) {
      outputs.push_back(activation->node);
    }
    // The library insists on a shape here, which not every exporter writes.
    auto& type = *info.mutable_type()->mutable_tensor_type();
    if (type.has_shape()) return;
    for (const std::int64_t dim : activation->layout.dims) {
      type.mutable_shape()->add_dim()->set_dim_value(dim);
    }
  }

  bool is_input(const Activation& activation) const {
    return std::holds_alternative<graph::Input>(state_.graph.node(activation.node).op);
  }

  void verify_graph() {
    try {
      graph::verify(state_.graph);
    } catch (const base::InputError& error) {
      add_errors("", error);
      errors_.throw_if_any();
    }
  }

  void add_errors(const std::string& place, const base::InputError& error) {
    const std::string prefix = place.empty() ? file_ + ": " : file_ + ": " + place + ": ";
    for (const std::string& message : error.messages()) errors_.add(prefix + message);
  }

  onnx::ModelProto model_;
  std::string file_;
  ImportState state_;
  std::unordered_set<std::string> read_;  // tensor names that something uses
  base::ErrorList errors_;
};

}  // namespace

graph::Graph import_onnx(std::string_view bytes, const std::string& file) {
  return Importer(read_model(bytes, file), file).run();
}

graph::Graph import_onnx(const std::filesystem::path& path) {
  const std::string bytes = base::read_file_text(path, kMaxModelBytes);
  return import_onnx(bytes, path.string());
}

}  // namespace npusim::import
