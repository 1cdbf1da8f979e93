// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/accuracy.h"

#include <set>

#include "frontend/compile/parameter_bytes.h"
#include "frontend/data/capped_errors.h"
#include "frontend/execute/accuracy.h"
#include "frontend/quantize/content_hash.h"
#include "frontend/quantize/scheme.h"
#include "sim/base/errors.h"

namespace npusim::cli {
namespace {

/// One column of the evaluation; the float network is not among them.
struct Candidate {
  std::string scheme;
  const graph::QuantizedGraph* graph = nullptr;
};

std::vector<Candidate> quantize_all(compile::Pipeline& pipeline, const std::string& chosen,
                                    std::vector<std::string>& notes) {
  std::vector<Candidate> candidates;
  for (const std::string& scheme : quantize::scheme_names()) {
    try {
      candidates.push_back({scheme, &pipeline.quantized(scheme).graph});
    } catch (const base::InputError& error) {
      if (scheme == chosen) throw;
      const std::size_t others = error.messages().size() - 1;
      notes.push_back("accuracy of " + scheme + " left out: " + error.messages().front() +
                      (others == 0 ? "" : " (and " + std::to_string(others) + " more)"));
    }
  }
  return candidates;
}

std::optional<report::Overflows> overflows_of(const graph::QuantizedGraph& graph,
                                              const std::vector<std::int64_t>& by_node) {
  if (graph.accumulator.overflow == graph::Overflow::guaranteed) return std::nullopt;
  report::Overflows overflows;
  for (std::size_t i = 0; i < by_node.size(); ++i) overflows.add(graph.nodes[i].name, by_node[i]);
  return overflows;
}

}  // namespace

void check_labels(const data::Dataset& dataset, const graph::Graph& network) {
  const graph::NodeId output = network.outputs.at(0);
  const std::int64_t classes = network.node(output).shape.elements();
  data::CappedErrors errors;
  std::set<std::string> places;  // a class folder's images share theirs
  for (std::int64_t i = 0; i < dataset.images(); ++i) {
    const std::int64_t label = dataset.label(i);
    if (label >= 0 && label < classes) continue;
    const std::string place = dataset.label_place(i);
    if (!places.insert(place).second) continue;
    errors.add(place, "label", std::to_string(label) + " of " + dataset.name(i),
               "a class of the network, 0 to " + std::to_string(classes - 1));
  }
  errors.throw_if_any();
}

execute::ImageSource labelled_images(data::ImageReader& reader) {
  return [&reader](std::int64_t index) -> std::optional<execute::LabeledTensor> {
    std::optional<data::Sample> sample = reader.read(index);
    if (!sample) return std::nullopt;
    return execute::LabeledTensor{std::move(sample->tensor),
                                  static_cast<std::int32_t>(sample->label)};
  };
}

AccuracyResult measure_accuracy(compile::Pipeline& pipeline, const std::string& chosen,
                                const ShownImages& images, int threads, Progress& progress,
                                Answers& answers) {
  check_labels(images.dataset, pipeline.network());
  AccuracyResult result;
  const std::vector<Candidate> candidates = quantize_all(pipeline, chosen, result.notes);

  std::vector<AskedNetwork> networks;
  networks.push_back({quantize::content_hash(pipeline.network()), [&](auto&) {
                        return execute::float_classifier(
                            execute::FloatExecutor(pipeline.network()));
                      }});
  for (const Candidate& candidate : candidates) {
    networks.push_back({pipeline.quantized_hash(candidate.scheme),
                        [graph = candidate.graph](execute::OverflowCounts& overflows) {
                          return execute::integer_classifier(execute::IntegerExecutor(*graph),
                                                             graph->nodes.at(0), &overflows);
                        }});
  }
  const auto answered = answers.ask(images, networks, threads, progress);
  result.skipped = answered.front()->skipped;

  const std::vector<std::int32_t> labels = labels_of(images.dataset, *answered.front());
  const auto& float_rankings = answered.front()->rankings;
  const execute::Accuracy float_accuracy = execute::count_correct(float_rankings, labels);
  result.accuracy.images = float_accuracy.images;
  result.accuracy.float_top1 = float_accuracy.top1;
  result.accuracy.float_top5 = float_accuracy.top5;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const NetworkAnswers& own = *answered.at(i + 1);
    const execute::Accuracy accuracy = execute::count_correct(own.rankings, labels);
    result.accuracy.schemes.push_back(
        {candidates[i].scheme, accuracy.top1, accuracy.top5,
         execute::count_agreeing(own.rankings, float_rankings),
         compile::parameter_bytes(*candidates[i].graph).scheme_bytes(),
         overflows_of(*candidates[i].graph, own.overflows)});
  }
  return result;
}

AccuracyResult measure_accuracy(compile::Pipeline& pipeline, const std::string& chosen,
                                const data::Dataset& dataset, bool skip_bad, int threads,
                                Progress& progress) {
  Answers nothing_known(nullptr);
  return measure_accuracy(pipeline, chosen, {dataset, 0, skip_bad}, threads, progress,
                          nothing_known);
}

}  // namespace npusim::cli
