// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/golden_results.h"

#include <fmt/format.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "frontend/quantize/content_hash.h"
#include "sim/cli/run_listener.h"
#include "sim/isa/program_file.h"
#include "sim/report/json.h"
#include "sim/report/sha256.h"

namespace npusim::cli {
namespace {

std::string hex(std::uint64_t hash) { return fmt::format("{:016x}", hash); }

std::string network_hash(const graph::Node& node) {
  const auto* conv = std::get_if<graph::Conv>(&node.op);
  if (conv == nullptr) return "";
  quantize::ContentHasher fields;
  fields.add(conv->weights_ohwi).add(conv->bias);
  if (conv->given) fields.add(conv->given->codes_ohwi).add(conv->given->bias_codes);
  return hex(fields.digest());
}

std::string weights_hash(const graph::QuantizedConv& conv) {
  quantize::ContentHasher fields;
  fields.add(conv.weights_ohwi).add(conv.weight_bits).add(conv.weight_zero_point);
  return hex(fields.digest());
}

/// Everything of a node but its weights: as a network of nothing else.
std::string parameters_hash(graph::QuantizedNode node) {
  if (auto* conv = std::get_if<graph::QuantizedConv>(&node.op)) conv->weights_ohwi.clear();
  graph::QuantizedGraph alone;
  alone.nodes.push_back(std::move(node));
  return hex(quantize::content_hash(alone));
}

std::vector<golden::LayerResult> layers_of(const graph::QuantizedGraph& graph,
                                           const graph::Graph& network) {
  std::map<std::string, std::string> networks;
  for (const graph::Node& node : network.nodes) networks[node.name] = network_hash(node);
  std::vector<golden::LayerResult> layers;
  for (const graph::QuantizedNode& node : graph.nodes) {
    const bool is_input = std::holds_alternative<graph::Input>(node.op);
    golden::LayerResult layer;
    layer.name = node.name;
    layer.kind = is_input ? "input" : graph::kind_name(node.op);
    layer.network = networks[node.name];
    if (const auto* conv = std::get_if<graph::QuantizedConv>(&node.op))
      layer.weights = weights_hash(*conv);
    layer.parameters = parameters_hash(node);
    layer.values = node.shape.elements();
    layers.push_back(std::move(layer));
  }
  return layers;
}

std::vector<golden::ProgramSection> sections_of(const isa::Program& program) {
  const std::vector<std::uint8_t> bytes = isa::serialize(program);
  const auto section = [&](const char* name, std::uint64_t offset, std::uint64_t size) {
    return golden::ProgramSection{name, static_cast<std::int64_t>(size),
                                  report::sha256_hex(bytes.data() + offset, size)};
  };
  const auto part = [](const char* name, const std::string& text) {
    return golden::ProgramSection{name, static_cast<std::int64_t>(text.size()),
                                  report::sha256_hex(text.data(), text.size())};
  };
  std::vector<golden::ProgramSection> sections = {
      section(golden::kWholeProgram, 0, bytes.size()),
      part(golden::kHardwareOfProgram, config::program_dependent_text(program.hardware)),
      part(golden::kHardwareTimings, config::timing_only_text(program.hardware))};
  for (const isa::SectionInfo& each : isa::list_sections(bytes.data(), bytes.size(), "Program")) {
    if (each.name != std::string("hardware"))  // told in its two parts
      sections.push_back(section(each.name, each.offset, each.bytes));
  }
  return sections;
}

class ResultsRecorder : public RunListener, public model::Observer {
 public:
  void on_compiled(compile::Pipeline& pipeline, const isa::Program& program) override {
    program_ = &program;
    results_.program = sections_of(program);
    results_.layers =
        layers_of(pipeline.quantized(program.metadata.scheme).graph, pipeline.network());
    for (std::size_t i = 0; i < results_.layers.size(); ++i) index_[results_.layers[i].name] = i;
  }

  model::Observer* observer(std::size_t index) override {
    image_ = index;
    return this;
  }

  void on_tensor(std::size_t tensor, const std::uint8_t* data, std::size_t bytes,
                 std::int64_t /*cycle*/) override {
    golden::TensorResult result;
    result.sha256 = report::sha256_hex(data, bytes);
    for (std::size_t i = 0; i < bytes; ++i) {
      const auto code = static_cast<std::int8_t>(data[i]);
      result.sum += code;
      result.sum_of_squares += std::int64_t{code} * code;
    }
    golden::LayerResult& layer = results_.layers.at(index_.at(program_->tensors.at(tensor).name));
    layer.tensors.resize(image_ + 1);
    layer.tensors.back() = std::move(result);
  }

  golden::Results results() { return std::move(results_); }

 private:
  const isa::Program* program_ = nullptr;
  golden::Results results_;
  std::map<std::string, std::size_t> index_;  // of a layer by its name
  std::size_t image_ = 0;
};

}  // namespace

GoldenRun evaluate_for_golden(RunSession& session, const config::RunConfig& run,
                              Progress& progress) {
  ResultsRecorder recorder;
  GoldenRun golden;
  golden.report = session.run(run, progress, {&recorder});
  golden.report.host.is_measured = false;
  golden.results = recorder.results();
  golden.results.report = golden::kept_report(report::to_json(golden.report));
  return golden;
}

}  // namespace npusim::cli
