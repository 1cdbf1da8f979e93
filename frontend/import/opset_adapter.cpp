// SPDX-License-Identifier: Apache-2.0
#include "frontend/import/opset_adapter.h"

#include <onnx/version_converter/convert.h>

#include <algorithm>
#include <exception>
#include <limits>
#include <set>

#include "frontend/import/model_reader.h"
#include "frontend/import/node_context.h"
#include "frontend/import/tensors.h"
#include "sim/base/errors.h"

namespace npusim::import {
namespace {

[[noreturn]] void refuse(const std::string& key, const std::string& got,
                         const std::string& must_be) {
  throw base::InputError(base::refusal("", key, got, must_be));
}

std::string opset_text(int opset) { return "opset " + std::to_string(opset); }

onnx::AttributeProto* attribute_of(onnx::NodeProto& node, const std::string& name) {
  for (onnx::AttributeProto& attribute : *node.mutable_attribute()) {
    if (attribute.name() == name) return &attribute;
  }
  return nullptr;
}

void remove_attribute(onnx::NodeProto& node, const std::string& name) {
  auto& attributes = *node.mutable_attribute();
  for (int i = attributes.size() - 1; i >= 0; --i) {
    if (attributes[i].name() == name) attributes.DeleteSubrange(i, 1);
  }
}

// What is known of an input; throws SkipNode where it comes from a refused node.
struct Input {
  std::int32_t data_type = onnx::TensorProto::FLOAT;
  Dims dims;
  Constant constant = nullptr;
};
Input input_of(const onnx::NodeProto& node, int index, const ImportState& state) {
  const auto found = state.values.find(node.input(index));
  if (found == state.values.end()) {
    refuse("input " + std::to_string(index), "'" + printable(node.input(index)) + "'",
           "an input, an initializer or the output of an earlier node");
  }
  if (const auto* constant = std::get_if<Constant>(&found->second)) {
    return {(*constant)->data_type(), dims_of(**constant), *constant};
  }
  const auto* activation = std::get_if<Activation>(&found->second);
  if (activation == nullptr) throw SkipNode{};
  return {onnx::TensorProto::FLOAT, activation->layout.dims, nullptr};
}

// In the small model the node's own tensors have a prefix, so that the names which the converter
// makes up can never be one of theirs.
constexpr char kPrefix = 'v';

/// One node that is to be raised, and what comes before it.
class Raising {
 public:
  Raising(const onnx::NodeProto& node, const ImportState& state, int opset)
      : node_(node), opset_(opset) {
    for (int i = 0; i < node.input_size(); ++i) {
      inputs_.push_back(node.input(i).empty() ? Input{} : input_of(node, i, state));
    }
  }

  std::vector<onnx::NodeProto> run() {
    check_ranks();
    align_second_operand();
    rewrite_cast();
    rewrite_pad();
    append_converted();
    return std::move(results_);
  }

 private:
  void check_ranks() const {
    // The converter takes the ranks of a Gemm for granted.
    if (node_.op_type() != "Gemm") return;
    for (std::size_t i = 0; i < 2 && i < inputs_.size(); ++i) {
      if (inputs_[i].dims.size() != 2) {
        refuse(i == 0 ? "A" : "B", to_text(inputs_[i].dims), "of 2 dimensions");
      }
    }
  }

  // Before opset 7, `broadcast` allowed a second operand of fewer dimensions, from `axis` on those
  // of the first. Since then they are aligned at the right: dimensions of 1 are added there.
  void align_second_operand() {
    const onnx::AttributeProto* axis_attribute = attribute_of(node_, "axis");
    const onnx::AttributeProto* broadcast = attribute_of(node_, "broadcast");
    if (node_.op_type() == "Gemm" || broadcast == nullptr || inputs_.size() != 2) return;
    const Dims& a = inputs_[0].dims;
    const Dims& b = inputs_[1].dims;
    if (axis_attribute != nullptr && b.size() < a.size()) {
      const std::int64_t given = axis_attribute->i();
      const auto rank = static_cast<std::int64_t>(a.size());
      const auto space = rank - static_cast<std::int64_t>(b.size());
      const std::int64_t axis = given < 0 && given >= -rank ? given + rank : given;
      if (axis < 0 || axis > space) {
        refuse("axis", std::to_string(given),
               "in [0, " + std::to_string(space) + "] for " + to_text(b) + " and " + to_text(a));
      }
      if (axis < space) append_dimensions(space - axis);
    }
    remove_attribute(node_, "axis");
  }

  void append_dimensions(std::int64_t count) {
    Input& b = inputs_[1];
    const std::string name = node_.input(1) + " aligned in " + node_.name();
    onnx::NodeProto& before = results_.emplace_back();
    before.set_name(node_.name() + "_aligned");
    before.add_output(name);
    if (b.constant != nullptr) {
      before.set_op_type("Constant");
      onnx::AttributeProto& value = add_attribute(before, "value", onnx::AttributeProto::TENSOR);
      *value.mutable_t() = *b.constant;
      for (std::int64_t i = 0; i < count; ++i) value.mutable_t()->add_dims(1);
    } else {
      before.set_op_type("Unsqueeze");
      before.add_input(node_.input(1));
      onnx::AttributeProto& axes = add_attribute(before, "axes", onnx::AttributeProto::INTS);
      for (std::int64_t i = 0; i < count; ++i) {
        axes.add_ints(static_cast<std::int64_t>(b.dims.size()) + i);
      }
    }
    b.dims.resize(b.dims.size() + static_cast<std::size_t>(count), 1);
    node_.set_input(1, name);
  }

  static onnx::AttributeProto& add_attribute(onnx::NodeProto& node, const std::string& name,
                                             onnx::AttributeProto::AttributeType type) {
    onnx::AttributeProto& attribute = *node.add_attribute();
    attribute.set_name(name);
    attribute.set_type(type);
    return attribute;
  }

  // The type was a name before it was a number.
  void rewrite_cast() {
    onnx::AttributeProto* to = attribute_of(node_, "to");
    if (node_.op_type() != "Cast" || opset_ >= 6 || to == nullptr) return;
    onnx::TensorProto::DataType type = onnx::TensorProto::UNDEFINED;
    if (!onnx::TensorProto::DataType_Parse(to->s(), &type)) {
      refuse("to", "'" + printable(to->s()) + "'", "the name of a type, such as FLOAT");
    }
    to->clear_s();
    to->set_type(onnx::AttributeProto::INT);
    to->set_i(type);
    opset_ = 6;
  }

  void rewrite_pad() {
    onnx::AttributeProto* pads = attribute_of(node_, "paddings");
    if (node_.op_type() != "Pad" || opset_ >= 2) return;
    if (pads != nullptr) pads->set_name("pads");
    opset_ = 2;
  }

  onnx::ModelProto small_model() const {
    onnx::ModelProto model;
    model.set_ir_version(onnx::Version::IR_VERSION);
    model.add_opset_import()->set_version(opset_);
    onnx::GraphProto& graph = *model.mutable_graph();
    graph.set_name("one");
    onnx::NodeProto& node = *graph.add_node();
    node = node_;
    for (int i = 0; i < node.input_size(); ++i) {
      if (node.input(i).empty()) continue;
      node.set_input(i, kPrefix + node.input(i));
      const auto& infos = graph.input();
      const bool is_known = std::any_of(infos.begin(), infos.end(), [&](const auto& info) {
        return info.name() == node.input(i);
      });
      if (!is_known) describe(*graph.add_input(), node.input(i), inputs_[std::size_t(i)]);
    }
    for (int i = 0; i < node.output_size(); ++i) {
      if (node.output(i).empty()) continue;
      node.set_output(i, kPrefix + node.output(i));
      onnx::ValueInfoProto& info = *graph.add_output();
      info.set_name(node.output(i));
      info.mutable_type()->mutable_tensor_type()->set_elem_type(onnx::TensorProto::FLOAT);
    }
    return model;
  }

  static void describe(onnx::ValueInfoProto& info, const std::string& name, const Input& input) {
    info.set_name(name);
    auto& type = *info.mutable_type()->mutable_tensor_type();
    type.set_elem_type(input.data_type);
    for (const std::int64_t dim : input.dims) type.mutable_shape()->add_dim()->set_dim_value(dim);
  }

  void append_converted() {
    onnx::ModelProto converted;
    try {
      static const onnx::version_conversion::DefaultVersionConverter converter;
      converted = converter.convert_version(small_model(), onnx::OpSetID(opset_),
                                            onnx::OpSetID(kMinRuleOpset));
    } catch (const std::exception& error) {
      // The library's text begins with its own source line.
      std::string reason = error.what();
      const std::size_t failed = reason.find("failed: ");
      if (failed != std::string::npos) reason.erase(0, failed + 8);
      refuse("operator",
             printable(node_.op_type()) + " of " + opset_text(opset_) + " ('" +
                 printable(reason, 200) + "' from the ONNX converter)",
             "one that can be converted: export the model with " + opset_text(kMaxRuleOpset));
    }
    for (onnx::NodeProto& node : *converted.mutable_graph()->mutable_node()) {
      for (std::string& name : *node.mutable_input()) restore(name);
      for (std::string& name : *node.mutable_output()) restore(name);
      if (node.op_type() == "Constant") complete(node);
      if (node.name().empty()) node.set_name(node_.name());
      results_.push_back(std::move(node));
    }
  }

  void restore(std::string& name) const {
    if (name.empty()) return;
    name = name.front() == kPrefix ? name.substr(1) : name + " made for " + node_.name();
  }

  // The list that becomes a Reshape's second input comes without its dimension.
  static void complete(onnx::NodeProto& constant) {
    onnx::AttributeProto* value = attribute_of(constant, "value");
    if (value == nullptr || value->t().dims_size() > 0) return;
    value->mutable_t()->add_dims(value->t().int64_data_size());
  }

  onnx::NodeProto node_;
  int opset_;
  std::vector<Input> inputs_;
  std::vector<onnx::NodeProto> results_;
};

// An attribute newer than kMaxRuleOpset whose value asks for what was there before.
bool is_neutral(const onnx::AttributeProto& attribute) {
  const std::string& name = attribute.name();
  if (name == "saturate") return true;  // of 8-bit floats only
  if (name == "block_size" || name == "output_dtype") return attribute.i() == 0;
  if (name == "noop_with_empty_axes") return attribute.i() == 0;
  const auto is_one = [](std::int64_t value) { return value == 1; };
  return name == "dilations" &&
         std::all_of(attribute.ints().begin(), attribute.ints().end(), is_one);
}

// Reductions have had their axes as an input since opset 18.
void lower_axes(onnx::NodeProto& node, const onnx::OpSchema& schema, const ImportState& state) {
  if (schema.attributes().count("axes") == 0 || schema.max_input() != 1) return;
  Dims axes;
  if (node.input_size() == 2 && !node.input(1).empty()) {
    const Input input = input_of(node, 1, state);
    if (input.constant == nullptr) refuse("axes", "a computed tensor", "a constant");
    axes = read_integers(*input.constant);
  }
  if (node.input_size() == 2) node.mutable_input()->RemoveLast();
  if (axes.empty()) return;
  onnx::AttributeProto& attribute = *node.add_attribute();
  attribute.set_name("axes");
  attribute.set_type(onnx::AttributeProto::INTS);
  for (const std::int64_t axis : axes) attribute.add_ints(axis);
  remove_attribute(node, "noop_with_empty_axes");  // they are not empty
}

void check_count(const char* key, int count, int least, int most, base::ErrorList& errors) {
  if (count >= least && count <= most) return;
  const bool is_open = most == std::numeric_limits<int>::max();
  errors.add("", key, std::to_string(count),
             is_open         ? "at least " + std::to_string(least)
             : least == most ? std::to_string(least)
                             : "in [" + std::to_string(least) + ", " + std::to_string(most) + "]");
}

void check_attribute(const onnx::AttributeProto& attribute, const onnx::OpSchema& schema, int opset,
                     base::ErrorList& errors) {
  const std::string name = printable(attribute.name());
  const auto known = schema.attributes().find(attribute.name());
  if (known == schema.attributes().end()) {
    std::string all;
    for (const auto& entry : schema.attributes()) all += (all.empty() ? "" : ", ") + entry.first;
    errors.add("", "attribute", "'" + name + "'",
               all.empty()
                   ? "absent: " + schema.Name() + " has none"
                   : "one that " + schema.Name() + " has in " + opset_text(opset) + ": " + all);
  } else if (attribute.type() != known->second.type || !attribute.ref_attr_name().empty()) {
    errors.add("", name, "an attribute of type " + attribute_type_name(attribute.type()),
               attribute_type_name(known->second.type));
  }
}

}  // namespace

void check_form(const onnx::NodeProto& node, int opset) {
  const onnx::OpSchema* schema = onnx::OpSchemaRegistry::Schema(node.op_type(), opset, "");
  if (schema == nullptr) {
    refuse("operator", printable(node.op_type()), "one that " + opset_text(opset) + " has");
  }
  base::ErrorList errors;
  check_count("inputs", node.input_size(), schema->min_input(), schema->max_input(), errors);
  check_count("outputs", node.output_size(), schema->min_output(), schema->max_output(), errors);
  std::set<std::string> seen;
  for (const onnx::AttributeProto& attribute : node.attribute()) {
    check_attribute(attribute, *schema, opset, errors);
    if (seen.insert(attribute.name()).second) continue;
    errors.add("", "attribute", "'" + printable(attribute.name()) + "' twice", "given once");
  }
  for (const auto& [name, attribute] : schema->attributes()) {
    if (attribute.required && seen.count(name) == 0) errors.add("", name, "none", "given");
  }
  errors.throw_if_any();
}

std::vector<onnx::NodeProto> raised(const onnx::NodeProto& node, const ImportState& state,
                                    int opset) {
  return Raising(node, state, opset).run();
}

void lower(onnx::NodeProto& node, const ImportState& state, int opset) {
  const std::string advice = ": export the model with " + opset_text(kMaxRuleOpset);
  const onnx::OpSchema* schema = onnx::OpSchemaRegistry::Schema(node.op_type(), kMaxRuleOpset, "");
  if (schema == nullptr) {
    refuse("operator", printable(node.op_type()) + " of " + opset_text(opset),
           "an operator of " + opset_text(kMaxRuleOpset) + advice);
  }
  lower_axes(node, *schema, state);
  if (node.input_size() > schema->max_input()) {
    refuse("inputs", std::to_string(node.input_size()) + " as in " + opset_text(opset),
           "at most " + std::to_string(schema->max_input()) + advice);
  }
  auto& attributes = *node.mutable_attribute();
  for (int i = attributes.size() - 1; i >= 0; --i) {
    if (schema->attributes().count(attributes[i].name()) > 0) continue;
    if (!is_neutral(attributes[i])) {
      refuse("attribute", "'" + printable(attributes[i].name()) + "' as in " + opset_text(opset),
             "absent, or of no effect" + advice);
    }
    attributes.DeleteSubrange(i, 1);
  }
}

}  // namespace npusim::import
