// SPDX-License-Identifier: Apache-2.0
#include "frontend/import/onnx_importer.h"

#include <algorithm>
#include <deque>
#include <optional>
#include <unordered_map>
#include <utility>

#include "frontend/graph/verify.h"
#include "frontend/import/exact_scales.h"
#include "frontend/import/external_data.h"
#include "frontend/import/graph_order.h"
#include "frontend/import/library_check.h"
#include "frontend/import/model_input.h"
#include "frontend/import/model_parser.h"
#include "frontend/import/model_reader.h"
#include "frontend/import/node_context.h"
#include "frontend/import/opset_adapter.h"
#include "frontend/import/rules.h"
#include "frontend/import/tensors.h"
#include "sim/base/errors.h"

namespace npusim::import {
namespace {

class Importer {
 public:
  explicit Importer(OnnxModel model)
      : source_(std::move(model)), model_(source_.proto()), file_(source_.file()) {}

  const std::vector<std::string>& notes() const { return notes_; }
  const Interface& interface() const { return interface_; }

  graph::Graph run() {
    opset_ = opset_of(model_);
    state_.opset = std::clamp(opset_, kMinRuleOpset, kMaxRuleOpset);
    state_.graph.name = graph_name();
    read_exact_scales();
    bind_input();
    bind_initializers();
    bind_missing();
    count_readers();
    for (onnx::NodeProto& node : *model_.mutable_graph()->mutable_node()) {
      import_node(node);
      release_inputs(node);
    }
    bind_outputs();
    if (errors_.empty() && state_.graph.nodes.empty()) {
      errors_.add(file_, "input", "none that an output depends on", "exactly 1, the image");
    }
    errors_.throw_if_any();
    if (state_.has_wrong_exact_scales) {
      notes_.emplace_back("scales in the model's metadata (" + std::string(kExactScalesKey) +
                          "...) that its own are no roundings of were left out");
    }
    if (opset_ > kMaxRuleOpset) {  // all nodes are lowered by now
      model_.mutable_opset_import(0)->set_version(kMaxRuleOpset);
    }
    verify_graph();
    check_with_library(model_, state_, file_);
    return std::move(state_.graph);
  }

 private:
  std::string graph_name() const {
    const std::string name = printable(model_.graph().name());
    return name.empty() ? std::filesystem::path(file_).stem().string() : name;
  }

  void read_exact_scales() {
    for (const auto& property : model_.metadata_props()) {
      if (property.key().compare(0, kExactScalesKey.size(), kExactScalesKey) != 0) continue;
      state_.exact_scales[property.key().substr(kExactScalesKey.size())] = property.value();
    }
  }

  void bind_input() {
    try {
      const std::optional<ModelInput> found = take_input(model_, file_);
      if (!found) return;
      const ModelInput& input = *found;
      notes_ = input.notes;
      graph::Node layer;
      layer.name = state_.unique_name(printable(input.name));
      layer.shape = input.shape;
      state_.values[input.name] = Activation{0, input.layout};
      interface_.inputs = {port_of(input.name, layer.shape, input.layout, 0)};
      interface_.has_symbolic_batch = input.has_symbolic_batch;
      state_.graph.nodes.push_back(std::move(layer));
    } catch (const base::InputError& error) {
      errors_.add(error);
      for (const auto& info : model_.graph().input()) state_.values.emplace(info.name(), Unknown{});
    }
  }

  void bind_initializers() {
    for (onnx::TensorProto& tensor : *model_.mutable_graph()->mutable_initializer()) {
      state_.values[tensor.name()] = Constant{&tensor};
      releasable_.emplace(tensor.name(), &tensor);
    }
  }

  // Tensors that are read before they are made: said here, and Unknown to whoever reads them.
  void bind_missing() {
    const OrderProblems problems = find_order_problems(model_.graph());
    for (const std::string& message : problems.messages) errors_.add(file_ + ": " + message);
    for (const std::string& name : problems.missing_tensors) {
      state_.values.emplace(name, Unknown{});
    }
  }

  void count_readers() {
    for (const onnx::NodeProto& node : model_.graph().node()) {
      for (const std::string& input : node.input()) ++readers_[input];
    }
    for (const auto& output : model_.graph().output()) ++readers_[output.name()];
  }

  void import_node(onnx::NodeProto& node) {
    try {
      if (find_rule(node) == nullptr) refuse_operator(node);
      if (opset_ < kMinRuleOpset) {
        check_form(node, opset_);
        for (onnx::NodeProto& part : raised(node, state_, opset_)) {
          raised_.push_back(std::move(part));  // a Constant's tensor is read where it lies
          apply_rule(raised_.back());
        }
      } else {
        if (opset_ > kMaxRuleOpset) lower(node, state_, opset_);
        check_form(node, state_.opset);
        apply_rule(node);
      }
    } catch (const SkipNode&) {
      // What is wrong was said of an earlier node.
    } catch (const base::InputError& error) {
      add_errors(place_of(node), error);
    }
    for (const std::string& output : node.output()) state_.values.emplace(output, Unknown{});
  }

  void apply_rule(const onnx::NodeProto& node) {
    const OperatorRule* rule = find_rule(node);
    if (rule == nullptr) refuse_operator(node);
    for (int i = 1; i < node.output_size() && !rule->has_many_outputs; ++i) {
      if (node.output(i).empty() || readers_.count(node.output(i)) == 0) continue;
      throw base::InputError(base::refusal("", "output " + std::to_string(i),
                                           "'" + printable(node.output(i)) + "' in use",
                                           "unused: only the first output is supported"));
    }
    NodeContext context(state_, node);
    rule->import(context);
  }

  [[noreturn]] static void refuse_operator(const onnx::NodeProto& node) {
    const std::string domain = node.domain().empty() ? "" : printable(node.domain()) + ".";
    throw base::InputError(base::refusal("", "operator", domain + printable(node.op_type()),
                                         "one of the operators in docs/operators.md"));
  }

  // The values of a large initializer go when its last reader has made a layer of them, so that
  // model and graph are not in memory side by side. Its type and dimensions stay.
  void release_inputs(const onnx::NodeProto& node) {
    constexpr std::size_t kSmallBytes = 1 << 16;
    for (const std::string& output : node.output()) {
      const auto made = state_.values.find(output);
      if (made == state_.values.end() || std::holds_alternative<Activation>(made->second)) continue;
      // The result may be the tensor itself under another name, or nothing that has copied it.
      for (const std::string& input : node.input()) releasable_.erase(input);
    }
    for (const std::string& input : node.input()) {
      if (--readers_[input] > 0) continue;
      const auto found = releasable_.find(input);
      if (found == releasable_.end() || found->second->raw_data().size() <= kSmallBytes) continue;
      std::string().swap(*found->second->mutable_raw_data());  // clearing keeps the memory
    }
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
    if (is_codes(activation->reading)) {
      refuse("the codes of a QuantizeLinear", "real values: end with a DequantizeLinear");
    }
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
    const auto at = std::find(outputs.begin(), outputs.end(), activation->node) - outputs.begin();
    interface_.outputs.push_back(
        port_of(info.name(), shape, activation->layout, static_cast<std::size_t>(at)));
    if (interface_.outputs.back().tensor == outputs.size()) outputs.push_back(activation->node);
    // The library insists on a shape here, which not every exporter writes.
    auto& type = *info.mutable_type()->mutable_tensor_type();
    if (type.has_shape()) return;
    for (const std::int64_t dim : activation->layout.dims) {
      type.mutable_shape()->add_dim()->set_dim_value(dim);
    }
  }

  static Port port_of(const std::string& name, const graph::Shape& shape, const Layout& layout,
                      std::size_t tensor) {
    return {name, layout.dims, layout.order != map_layout(shape).order, tensor};
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

  OnnxModel source_;
  onnx::ModelProto& model_;
  const std::string& file_;
  int opset_ = 0;  // the model's; state_.opset is the one that the rules see
  ImportState state_;
  Interface interface_;
  std::unordered_map<std::string, std::int64_t> readers_;  // of each tensor, yet to come
  std::unordered_map<std::string, onnx::TensorProto*> releasable_;
  std::deque<onnx::NodeProto> raised_;
  base::ErrorList errors_;
  std::vector<std::string> notes_;
};

}  // namespace

OnnxModel::OnnxModel(const std::filesystem::path& path)
    : file_(path.string()), proto_(std::make_unique<onnx::ModelProto>()) {
  ByteHasher hasher;
  *proto_ = parse_model(path, hasher);
  prepare_model(*proto_, file_);
  load_external_data(*proto_, path.parent_path(), file_, hasher);
  content_hash_ = hasher.digest();
}

OnnxModel::OnnxModel(std::string_view bytes, const std::string& file)
    : file_(file), proto_(std::make_unique<onnx::ModelProto>()) {
  ByteHasher hasher;
  *proto_ = parse_model(bytes, file_, hasher);
  prepare_model(*proto_, file_);
  content_hash_ = hasher.digest();
}

OnnxModel::~OnnxModel() = default;
OnnxModel::OnnxModel(OnnxModel&&) noexcept = default;
OnnxModel& OnnxModel::operator=(OnnxModel&&) noexcept = default;

graph::Graph import_onnx(OnnxModel model, std::vector<std::string>* notes, Interface* interface) {
  Importer importer(std::move(model));
  graph::Graph graph = importer.run();
  if (notes != nullptr)
    notes->insert(notes->end(), importer.notes().begin(), importer.notes().end());
  if (interface != nullptr) *interface = importer.interface();
  return graph;
}

graph::Graph import_onnx(const std::filesystem::path& path) { return import_onnx(OnnxModel(path)); }

graph::Graph import_onnx(std::string_view bytes, const std::string& file) {
  return import_onnx(OnnxModel(bytes, file));
}

}  // namespace npusim::import
