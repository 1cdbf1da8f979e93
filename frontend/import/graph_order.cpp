// SPDX-License-Identifier: Apache-2.0
#include "frontend/import/graph_order.h"

#include <unordered_map>

#include "frontend/import/model_reader.h"
#include "sim/base/errors.h"

namespace npusim::import {
namespace {

using Links = std::vector<std::vector<std::size_t>>;

// Takes away nodes without predecessors until there are none: what stays marked has a cycle among
// its predecessors or is in one.
void unmark_free(const Links& predecessors, const Links& successors, std::vector<bool>& marked) {
  std::vector<std::size_t> open(predecessors.size(), 0);
  std::vector<std::size_t> pending;
  for (std::size_t i = 0; i < predecessors.size(); ++i) {
    for (const std::size_t p : predecessors[i]) open[i] += marked[p] ? 1 : 0;
    if (marked[i] && open[i] == 0) pending.push_back(i);
  }
  while (!pending.empty()) {
    const std::size_t node = pending.back();
    pending.pop_back();
    marked[node] = false;
    for (const std::size_t next : successors[node]) {
      if (marked[next] && --open[next] == 0) pending.push_back(next);
    }
  }
}

class OrderCheck {
 public:
  explicit OrderCheck(const onnx::GraphProto& graph) : graph_(graph) {
    for (const auto& input : graph.input()) available_.insert(input.name());
    for (const auto& tensor : graph.initializer()) available_.insert(tensor.name());
    for (int i = 0; i < graph.node_size(); ++i) {
      for (const std::string& output : graph.node(i).output()) producers_.emplace(output, i);
    }
  }

  OrderProblems run() {
    for (int i = 0; i < graph_.node_size(); ++i) {
      for (const std::string& input : graph_.node(i).input()) {
        if (!input.empty() && available_.count(input) == 0) add(i, input);
      }
      available_.insert(graph_.node(i).output().begin(), graph_.node(i).output().end());
    }
    return std::move(problems_);
  }

 private:
  void add(int reader, const std::string& tensor) {
    problems_.missing_tensors.insert(tensor);
    const auto found = producers_.find(tensor);
    std::string got = "'" + printable(tensor) + "', which nothing in the model makes";
    if (found != producers_.end() && found->second == reader) {
      got = "'" + printable(tensor) + "', the node's own output";
    } else if (found != producers_.end()) {
      const bool is_cycle = in_cycle(reader) && in_cycle(found->second);
      got = "'" + printable(tensor) + "', made by the later " +
            place_of(graph_.node(found->second)) + (is_cycle ? " in a cycle of nodes" : "");
    }
    problems_.messages.push_back(
        base::refusal(place_of(graph_.node(reader)), "input", got,
                      "an input, an initializer or the output of an earlier node"));
  }

  bool in_cycle(int node) {
    if (cyclic_.empty()) find_cycles();
    return cyclic_[static_cast<std::size_t>(node)];
  }

  // Marked both from the front and from the back: in a cycle, or between two.
  void find_cycles() {
    const auto count = static_cast<std::size_t>(graph_.node_size());
    Links predecessors(count);
    Links successors(count);
    for (std::size_t i = 0; i < count; ++i) {
      for (const std::string& input : graph_.node(static_cast<int>(i)).input()) {
        const auto found = producers_.find(input);
        if (input.empty() || found == producers_.end()) continue;
        predecessors[i].push_back(static_cast<std::size_t>(found->second));
        successors[static_cast<std::size_t>(found->second)].push_back(i);
      }
    }
    cyclic_.assign(count, true);
    unmark_free(predecessors, successors, cyclic_);
    unmark_free(successors, predecessors, cyclic_);
  }

  const onnx::GraphProto& graph_;
  std::unordered_set<std::string> available_;
  std::unordered_map<std::string, int> producers_;
  std::vector<bool> cyclic_;  // made when first needed
  OrderProblems problems_;
};

}  // namespace

OrderProblems find_order_problems(const onnx::GraphProto& graph) { return OrderCheck(graph).run(); }

}  // namespace npusim::import
