// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/accuracy.h"

#include <deque>
#include <set>

#include "frontend/compile/parameter_bytes.h"
#include "frontend/data/capped_errors.h"
#include "frontend/execute/accuracy.h"
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
  const std::int64_t classes = execute::FloatExecutor(network).output_elements();
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
                                const data::Dataset& dataset, bool skip_bad, int threads,
                                Progress& progress) {
  check_labels(dataset, pipeline.network());
  AccuracyResult result;
  const std::vector<Candidate> candidates = quantize_all(pipeline, chosen, result.notes);

  const execute::FloatExecutor float_network(pipeline.network());
  std::vector<execute::ClassifierFactory> networks = {execute::float_classifier(float_network)};
  std::deque<execute::OverflowCounts> overflows(candidates.size());
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const graph::QuantizedGraph& graph = *candidates[i].graph;
    networks.push_back(execute::integer_classifier(execute::IntegerExecutor(graph),
                                                   graph.nodes.at(0), &overflows[i]));
  }
  progress.stage("accuracy", "images", dataset.images());
  data::ImageReader reader(dataset, skip_bad);
  const execute::Predictions predictions =
      execute::predict(dataset.images(), threads, labelled_images(reader), networks,
                       [&](std::int64_t done) { progress.advance(done); });
  result.skipped = reader.skipped();

  const auto& float_rankings = predictions.rankings.at(0);
  const execute::Accuracy float_accuracy =
      execute::count_correct(float_rankings, predictions.labels);
  result.accuracy.images = float_accuracy.images;
  result.accuracy.float_top1 = float_accuracy.top1;
  result.accuracy.float_top5 = float_accuracy.top5;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const auto& rankings = predictions.rankings.at(i + 1);
    const execute::Accuracy accuracy = execute::count_correct(rankings, predictions.labels);
    result.accuracy.schemes.push_back(
        {candidates[i].scheme, accuracy.top1, accuracy.top5,
         execute::count_agreeing(rankings, float_rankings),
         compile::parameter_bytes(*candidates[i].graph).scheme_bytes(),
         overflows_of(*candidates[i].graph, overflows[i].by_node())});
  }
  return result;
}

}  // namespace npusim::cli
