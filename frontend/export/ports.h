// SPDX-License-Identifier: Apache-2.0
// A network's tensors under the dimensions that operators and ports ask for. Internal to to_onnx.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "frontend/export/model_writer.h"
#include "frontend/graph/graph.h"
#include "frontend/import/interface.h"

namespace npusim::exporter {

/// How the tensor of a node lies in the model by itself.
enum class Form { map, vector };  // [N, C, H, W] or [N, C]

/// Names of the nodes' tensors, and of the model's inputs and outputs.
class Ports {
 public:
  /// References must outlive the object. Reserves the names of ports.
  Ports(ModelWriter& model, const graph::Graph& graph, const import::Interface& interface);

  /// Declares an input of the model and brings it into form: returns the tensor.
  std::string write_input(graph::NodeId id);
  /// The tensor of a node that is yet to be written: an output's name where that has this form.
  const std::string& name_tensor(graph::NodeId id, Form form);
  /// The tensor of a node in the form; written where it has another.
  std::string tensor(graph::NodeId id, Form form);
  Form form(graph::NodeId id) const { return forms_.at(static_cast<std::size_t>(id)); }
  const std::vector<std::string>& names() const { return names_; }
  /// Declares the outputs, brought into their dimensions.
  void write_outputs();

 private:
  std::string reshaped(const std::string& from, const std::string& wanted, const Dims& dims);
  Dims with_batch(const Dims& dims) const;
  bool is_output_of(const import::Port& port, graph::NodeId id, Form form) const;
  void write_output(const import::Port& port, graph::NodeId id);

  ModelWriter& model_;
  const graph::Graph& graph_;
  const import::Interface& interface_;
  bool has_symbolic_batch_;
  std::vector<std::string> names_;  // of the nodes so far
  std::vector<Form> forms_;
  std::map<graph::NodeId, std::string> others_;  // in the other form
  std::map<graph::NodeId, const import::Port*> inputs_;
};

}  // namespace npusim::exporter
