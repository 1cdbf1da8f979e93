// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/verified_simulation.h"

#include <cstdio>
#include <cstring>
#include <map>
#include <optional>

#include "frontend/execute/classify.h"
#include "frontend/execute/integer_executor.h"
#include "frontend/flips/flipped_program.h"
#include "sim/base/errors.h"
#include "sim/model/observers.h"
#include "sim/model/simulate.h"
#include "sim/report/sha256.h"

namespace npusim::cli {
namespace {

using Codes = std::vector<std::int8_t>;

/// All tensors of one image as the integer network has them, by node.
class ExpectedTensors {
 public:
  ExpectedTensors(const graph::QuantizedGraph& graph, const flips::Injection* injection)
      : injection_(injection), tensors_(graph.nodes.size()) {
    if (injection_ == nullptr) {
      executor_.emplace(graph);
    } else {
      flipped_.emplace(graph, true);
      flipped_->set_stored(injection_->stored.sites);
    }
  }

  void evaluate(std::int64_t image, const Codes& input) {
    const auto take = [this](graph::NodeId node, const std::int8_t* values, std::int64_t count) {
      tensors_.at(static_cast<std::size_t>(node)).assign(values, values + count);
    };
    if (flipped_) {
      flipped_->run(input.data(), injection_->passing_in(image).sites, take);
    } else {
      executor_->run(input.data(), take);
    }
  }
  const Codes& of(std::size_t node) const { return tensors_.at(node); }
  std::int64_t overflows(std::size_t node) const {
    return (flipped_ ? flipped_->overflows() : executor_->overflows()).at(node);
  }

 private:
  const flips::Injection* injection_;
  std::optional<execute::IntegerExecutor> executor_;
  std::optional<flips::FlippedExecutor> flipped_;
  std::vector<Codes> tensors_;
};

/// The codes of every input of the network, from its values one input behind the other.
std::vector<Codes> input_codes(const graph::QuantizedGraph& graph,
                               const std::vector<float>& values) {
  std::vector<Codes> inputs;
  const float* rest = values.data();
  for (const graph::QuantizedNode& node : graph.nodes) {
    if (!std::holds_alternative<graph::Input>(node.op)) continue;
    const std::int64_t count = node.shape.elements();
    inputs.emplace_back(static_cast<std::size_t>(count));
    execute::quantize_input(rest, count, node.quantization, node.clamps, inputs.back().data());
    rest += count;
  }
  return inputs;
}

/// Compares each tensor when the machine has completed it.
class Comparison : public model::Observer {
 public:
  Comparison(const isa::Program& program, const graph::QuantizedGraph& graph,
             const ExpectedTensors& expected)
      : program_(program), expected_(expected), seen_(graph.nodes.size(), false) {
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) node_of_[graph.nodes[i].name] = i;
  }

  void begin_image(std::int64_t image) {
    image_ = image;
    seen_.assign(seen_.size(), false);
  }

  void on_tensor(std::size_t tensor, const std::uint8_t* data, std::size_t bytes,
                 std::int64_t /*cycle*/) override {
    const isa::TensorInfo& info = program_.tensors.at(tensor);
    const auto node = node_of_.find(info.name);
    if (node == node_of_.end()) {
      throw base::InternalError("the Program's tensor '" + info.name +
                                "' is no node of the network");
    }
    const Codes& expected = expected_.of(node->second);
    if (expected.size() != bytes) {
      throw base::InternalError("tensor '" + info.name + "': got " + std::to_string(bytes) +
                                " bytes, must be " + std::to_string(expected.size()));
    }
    seen_[node->second] = true;
    if (std::memcmp(data, expected.data(), bytes) != 0) count_differences(info, data, expected);
  }

  /// Where all tensors are the same, so are the sums they were made of.
  void check_overflows(const stats::SimulationResult& result) const {
    if (mismatched_values_ > 0) return;
    for (std::size_t i = 0; i < program_.layers.size(); ++i) {
      const std::int64_t expected = expected_.overflows(node_of_.at(program_.layers[i].name));
      const std::int64_t counted = result.layers.at(i).accumulator_overflows;
      if (counted == expected) continue;
      throw base::InternalError("layer '" + program_.layers[i].name + "': got " +
                                std::to_string(counted) + " overflowed additions, must be " +
                                std::to_string(expected));
    }
  }

  void end_image(const graph::QuantizedGraph& graph) const {
    for (std::size_t i = 0; i < seen_.size(); ++i) {
      const bool is_input = std::holds_alternative<graph::Input>(graph.nodes[i].op);
      if (!seen_[i] && !is_input) {
        throw base::InternalError("layer '" + graph.nodes[i].name +
                                  "' was never completed by the machine");
      }
    }
  }

  std::int64_t mismatched_values() const { return mismatched_values_; }
  const std::optional<report::Mismatch>& first() const { return first_; }

 private:
  void count_differences(const isa::TensorInfo& info, const std::uint8_t* data,
                         const Codes& expected) {
    for (std::size_t i = 0; i < expected.size(); ++i) {
      const auto got = static_cast<std::int8_t>(data[i]);
      if (got == expected[i]) continue;
      ++mismatched_values_;
      if (first_) continue;
      const auto at = static_cast<std::int64_t>(i);
      const std::int64_t pixel = at / info.channels;
      first_ = report::Mismatch{image_,
                                info.name,
                                pixel / info.width,
                                pixel % info.width,
                                at % info.channels,
                                std::int64_t{got},
                                std::int64_t{expected[i]}};
    }
  }

  const isa::Program& program_;
  const ExpectedTensors& expected_;
  std::map<std::string, std::size_t> node_of_;
  std::vector<bool> seen_;
  std::int64_t image_ = 0;
  std::int64_t mismatched_values_ = 0;
  std::optional<report::Mismatch> first_;
};

/// Time depends on the Program alone: the same cycles for every image, in total and per layer and
/// unit.
void check_same_cycles(const stats::SimulationResult& first, const stats::SimulationResult& other,
                       std::int64_t image) {
  bool same = first.total_cycles == other.total_cycles &&
              first.layers.size() == other.layers.size() &&
              first.units.size() == other.units.size();
  for (std::size_t i = 0; same && i < first.layers.size(); ++i) {
    same = first.layers[i].cycles == other.layers[i].cycles &&
           first.layers[i].span_cycles == other.layers[i].span_cycles;
  }
  for (std::size_t i = 0; same && i < first.units.size(); ++i)
    same = first.units[i].cycles == other.units[i].cycles;
  if (same) return;
  throw base::InternalError("image " + std::to_string(image) + " took " +
                            std::to_string(other.total_cycles) + " cycles, the first " +
                            std::to_string(first.total_cycles) +
                            ": the same Program must take the same cycles");
}

/// The Program with the stored bits flipped, and those that pass in one image.
class FlippedMachine {
 public:
  FlippedMachine(const isa::Program& program, const graph::QuantizedGraph& graph,
                 const flips::Injection& injection)
      : sites_(program, graph),
        injection_(injection),
        program_(sites_.flipped(injection.stored.sites)) {}

  const isa::Program& program() const { return program_; }
  /// Valid until the next call.
  const faults::PassingFlips* passing(std::int64_t image) {
    passing_ = sites_.passing(injection_.passing_in(image).sites);
    return &passing_;
  }

 private:
  flips::ProgramSites sites_;
  const flips::Injection& injection_;
  isa::Program program_;
  faults::PassingFlips passing_;
};

void add_overflows(const std::optional<report::Overflows>& image,
                   std::optional<report::Overflows>& sum) {
  if (!image) return;
  if (!sum) sum.emplace();
  for (const auto& [layer, additions] : image->by_layer) sum->add(layer, additions);
}

}  // namespace

VerifiedSimulation simulate_and_compare(const isa::Program& program,
                                        const graph::QuantizedGraph& graph,
                                        const data::Dataset& dataset,
                                        const std::vector<std::int64_t>& images, Progress& progress,
                                        const std::vector<RunListener*>& listeners,
                                        const flips::Injection* injection) {
  VerifiedSimulation verified;
  ExpectedTensors expected(graph, injection);
  std::optional<FlippedMachine> flipped;
  if (injection != nullptr) flipped.emplace(program, graph, *injection);
  Comparison comparison(program, graph, expected);
  model::SimulationOptions options;
  options.verified = true;  // by the compiler

  const auto count = static_cast<std::int64_t>(images.size());
  progress.stage("simulation", "images", count);
  std::int64_t done = 0;
  for (const std::int64_t image : images) {
    const data::Sample sample = dataset.sample(image);
    const std::vector<Codes> inputs = input_codes(graph, sample.tensor);
    Codes all;
    for (const Codes& input : inputs) all.insert(all.end(), input.begin(), input.end());
    expected.evaluate(image, all);
    comparison.begin_image(image);
    model::Observers observers;
    observers.add(&comparison);
    for (RunListener* listener : listeners)
      observers.add(listener->observer(static_cast<std::size_t>(done)));
    options.observer = observers.get();
    if (flipped) options.flips = flipped->passing(image);
    stats::SimulationResult result =
        model::simulate(flipped ? flipped->program() : program, inputs, options);
    comparison.end_image(graph);
    comparison.check_overflows(result);
    add_overflows(report::overflows_of(flipped ? flipped->program() : program, result),
                  verified.simulation.overflows);
    verified.simulation.output_sha256.push_back(output_hashes(program, result).at(0));
    if (done == 0) {
      verified.result = std::move(result);
    } else {
      check_same_cycles(verified.result, result, image);
    }
    progress.advance(++done);
  }
  verified.simulation.images = count;
  verified.simulation.mismatched_values = comparison.mismatched_values();
  verified.simulation.first_mismatch = comparison.first();
  return verified;
}

void print_mismatch(const std::string& of, const report::Simulation& simulation) {
  const report::Mismatch& first = *simulation.first_mismatch;
  std::fprintf(stderr,
               "npusim: error: %simage %lld, layer %s, row %lld, column %lld, channel %lld: got "
               "%lld, must be %lld "
               "(the integer network's); %lld values differ in all\n",
               of.c_str(), static_cast<long long>(first.image), first.layer.c_str(),
               static_cast<long long>(first.row), static_cast<long long>(first.column),
               static_cast<long long>(first.channel), static_cast<long long>(first.simulated),
               static_cast<long long>(first.expected),
               static_cast<long long>(*simulation.mismatched_values));
}

std::vector<std::string> output_hashes(const isa::Program& program,
                                       const stats::SimulationResult& result) {
  std::vector<std::string> hashes;
  const std::size_t of_one = result.outputs.size() / program.images();
  for (std::size_t image = 0; image < program.images(); ++image) {
    Codes all;
    for (std::size_t i = image * of_one; i < (image + 1) * of_one; ++i)
      all.insert(all.end(), result.outputs[i].begin(), result.outputs[i].end());
    hashes.push_back(report::sha256_hex(all.data(), all.size()));
  }
  return hashes;
}

}  // namespace npusim::cli
