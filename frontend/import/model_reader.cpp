// SPDX-License-Identifier: Apache-2.0
#include "frontend/import/model_reader.h"

#include <google/protobuf/stubs/logging.h>
#include <onnx/checker.h>

#include <algorithm>
#include <exception>
#include <unordered_map>
#include <vector>

#include "frontend/graph/graph.h"
#include "frontend/import/onnx_importer.h"
#include "sim/base/errors.h"

namespace npusim::import {
namespace {

bool is_default_domain(const std::string& domain) { return domain.empty() || domain == "ai.onnx"; }

onnx::ModelProto parse(std::string_view bytes, const std::string& file) {
  if (bytes.empty() || bytes.size() > kMaxModelBytes) {
    throw base::InputError(base::refusal(file, "size", std::to_string(bytes.size()) + " bytes",
                                         "in [1, " + std::to_string(kMaxModelBytes) + "]"));
  }
  const google::protobuf::LogSilencer silence;
  onnx::ModelProto model;
  if (!model.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    throw base::InputError(base::refusal(file, "content", "bytes that do not parse",
                                         "an ONNX model (damaged or cut short?)"));
  }
  return model;
}

void check_structure(const onnx::ModelProto& model, const std::string& file) {
  base::ErrorList errors;
  const onnx::GraphProto& graph = model.graph();
  if (graph.node_size() < 1 || graph.node_size() > graph::kMaxNodes) {
    errors.add(file, "nodes", std::to_string(graph.node_size()),
               "in [1, " + std::to_string(graph::kMaxNodes) + "]");
  }
  if (graph.output_size() < 1) errors.add(file, "outputs", "0", "at least 1");
  if (model.functions_size() > 0) {
    errors.add(file, "functions", std::to_string(model.functions_size()),
               "0: operators defined in the model are not supported");
  }
  if (graph.sparse_initializer_size() > 0) {
    errors.add(file, "sparse initializers", std::to_string(graph.sparse_initializer_size()),
               "0: store the weights densely");
  }
  const int opset = opset_of(model);
  if (opset < kMinOpset || opset > kMaxOpset) {
    errors.add(file, "opset", opset == 0 ? "none" : std::to_string(opset),
               "in [" + std::to_string(kMinOpset) + ", " + std::to_string(kMaxOpset) +
                   "]: export the model with one of these");
  }
  errors.throw_if_any();
}

void name_nodes(onnx::GraphProto& graph) {
  for (int i = 0; i < graph.node_size(); ++i) {
    onnx::NodeProto& node = *graph.mutable_node(i);
    node.set_name(node.name().empty() ? printable(node.op_type()) + "_" + std::to_string(i)
                                      : printable(node.name()));
  }
}

// Tensor name to node; a second node for a name is refused, as it would be open which one is meant.
std::unordered_map<std::string, int> producers_of(const onnx::GraphProto& graph,
                                                  const std::string& file) {
  std::unordered_map<std::string, int> producers;
  base::ErrorList errors;
  for (int i = 0; i < graph.node_size(); ++i) {
    for (const std::string& output : graph.node(i).output()) {
      if (output.empty() || producers.emplace(output, i).second) continue;
      errors.add(file + ": node '" + graph.node(i).name() + "' (" +
                     printable(graph.node(i).op_type()) + ")",
                 "output", "'" + printable(output) + "' a second time", "a new tensor name");
    }
  }
  errors.throw_if_any();
  return producers;
}

void remove_unneeded_nodes(onnx::GraphProto& graph, const std::string& file) {
  const std::unordered_map<std::string, int> producers = producers_of(graph, file);
  std::vector<bool> is_needed(static_cast<std::size_t>(graph.node_size()), false);
  std::vector<int> pending;
  const auto need = [&](const std::string& value) {
    const auto found = producers.find(value);
    if (value.empty() || found == producers.end()) return;
    if (is_needed[static_cast<std::size_t>(found->second)]) return;
    is_needed[static_cast<std::size_t>(found->second)] = true;
    pending.push_back(found->second);
  };
  for (const auto& output : graph.output()) need(output.name());
  while (!pending.empty()) {
    const onnx::NodeProto& node = graph.node(pending.back());
    pending.pop_back();
    for (const std::string& input : node.input()) need(input);
  }

  int kept = 0;
  for (int i = 0; i < graph.node_size(); ++i) {
    if (is_needed[static_cast<std::size_t>(i)]) graph.mutable_node()->SwapElements(i, kept++);
  }
  graph.mutable_node()->DeleteSubrange(kept, graph.node_size() - kept);
}

}  // namespace

std::string printable(const std::string& text, std::size_t max_length) {
  std::string result = text.substr(0, max_length);
  const auto is_odd = [](char c) { return c < ' ' || c > '~' || c == '\'' || c == '"'; };
  std::replace_if(result.begin(), result.end(), is_odd, '_');
  return result;
}

int opset_of(const onnx::ModelProto& model) {
  for (const auto& import : model.opset_import()) {
    if (!is_default_domain(import.domain())) continue;
    return static_cast<int>(std::clamp<std::int64_t>(import.version(), 0, 1'000'000));
  }
  return 0;
}

onnx::ModelProto read_model(std::string_view bytes, const std::string& file) {
  onnx::ModelProto model = parse(bytes, file);
  check_structure(model, file);
  // A newer container version brings types and functions, which are refused where they are used.
  model.set_ir_version(std::min<std::int64_t>(model.ir_version(), onnx::Version::IR_VERSION));
  name_nodes(*model.mutable_graph());
  remove_unneeded_nodes(*model.mutable_graph(), file);
  return model;
}

void check_with_library(const onnx::ModelProto& model, const std::string& file) {
  try {
    const google::protobuf::LogSilencer silence;
    onnx::checker::check_model(model);
  } catch (const std::exception& error) {
    const std::string reason = printable(error.what(), 400);
    throw base::InputError(base::refusal(file, "model", "'" + reason + "' from the ONNX checker",
                                         "a valid ONNX model"));
  }
}

}  // namespace npusim::import
