// SPDX-License-Identifier: Apache-2.0
#include "tests/support/readings.h"

#include <algorithm>
#include <random>

#include "frontend/execute/integer_executor.h"
#include "sim/model/simulate.h"

namespace npusim::test {
namespace {

/// Compares each tensor when the machine has completed it.
class Comparison final : public model::Observer {
 public:
  Comparison(const isa::Program& program, const CodeTensors& wanted)
      : program_(program), wanted_(wanted), seen_(wanted.size(), false) {}

  void on_tensor(std::size_t tensor, const std::uint8_t* data, std::size_t bytes,
                 std::int64_t /*cycle*/) override {
    const auto* codes = reinterpret_cast<const std::int8_t*>(data);
    const std::vector<std::int8_t>& wanted = wanted_.at(tensor);
    seen_[tensor] = bytes == wanted.size() && std::equal(wanted.begin(), wanted.end(), codes);
  }

  std::vector<std::string> differing() const {
    std::vector<std::string> names;
    for (std::size_t t = 0; t < seen_.size(); ++t) {
      if (!seen_[t]) names.push_back(program_.tensors.at(t).name);
    }
    return names;
  }

 private:
  const isa::Program& program_;
  const CodeTensors& wanted_;
  std::vector<bool> seen_;
};

}  // namespace

std::vector<std::int8_t> random_codes(std::uint64_t seed, std::int64_t count) {
  std::mt19937_64 engine(seed);
  std::vector<std::int8_t> codes(static_cast<std::size_t>(count));
  for (std::int8_t& code : codes) {
    code = static_cast<std::int8_t>(static_cast<std::int64_t>(engine() % 256) - 128);
  }
  return codes;
}

CodeTensors executed_tensors(const graph::QuantizedGraph& graph,
                             const std::vector<std::int8_t>& input) {
  CodeTensors tensors(graph.nodes.size());
  execute::IntegerExecutor(graph).run(
      input.data(), [&](graph::NodeId node, const std::int8_t* values, std::int64_t count) {
        tensors[static_cast<std::size_t>(node)].assign(values, values + count);
      });
  return tensors;
}

std::vector<std::string> tensors_that_differ(const isa::Program& program, const CodeTensors& wanted,
                                             const std::vector<std::int8_t>& input) {
  CodeTensors inputs;
  auto next = input.begin();
  for (const std::uint32_t tensor : program.inputs) {
    const auto end = next + program.tensors.at(tensor).elements();
    inputs.emplace_back(next, end);
    next = end;
  }
  Comparison comparison(program, wanted);
  model::SimulationOptions options;
  options.observer = &comparison;
  model::simulate(program, inputs, options);
  return comparison.differing();
}

std::vector<std::string> tensors_that_differ(const graph::QuantizedGraph& graph,
                                             const isa::Program& program,
                                             const std::vector<std::int8_t>& input) {
  return tensors_that_differ(program, executed_tensors(graph, input), input);
}

}  // namespace npusim::test
