// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/analysis.h"

#include <algorithm>

#include "frontend/data/splitmix64.h"
#include "frontend/study/channel_ranges.h"
#include "frontend/study/decibels.h"
#include "frontend/study/paired_difference.h"
#include "frontend/study/sensitivity.h"
#include "frontend/study/weight_sqnr.h"
#include "sim/base/errors.h"
#include "sim/cli/accuracy.h"
#include "sim/cli/given_source.h"
#include "sim/cli/simulated_data.h"
#include "sim/cli/skipped_notes.h"

namespace npusim::cli {
namespace {

constexpr std::uint64_t kSampleSeed = 1;

report::AnalyzedWeights analyze_weights(const graph::Conv& conv, const graph::QuantizedConv& codes,
                                        const study::LayerSqnr& sqnr) {
  const study::ChannelRanges ranges = study::channel_ranges(conv);
  report::AnalyzedWeights weights;
  weights.channels = conv.out_channels;
  weights.live_channels = static_cast<std::int64_t>(ranges.live().size());
  weights.lost_channels = study::lost_channels(conv, codes);
  weights.bits = codes.weight_bits;
  weights.shift_histogram = study::shift_histogram(codes.requantization);
  weights.lost_below_octaves = study::octaves(0.5 / study::largest_magnitude(codes));
  if (weights.live_channels > 0) {
    weights.range_spread = ranges.spread();
    weights.range_spread_octaves = study::octaves(ranges.spread());
    weights.range_full_octaves = study::octaves(ranges.full_spread());
    const study::SqnrSummary summary = study::summarize(sqnr);
    weights.sqnr_db = summary.mean_db;
    weights.worst_sqnr_db = summary.worst_db;
  }
  const std::vector<double> before = study::range_use_before(ranges);
  const std::vector<double> after = study::range_use_after(ranges, codes);
  for (std::size_t c = 0; c < before.size(); ++c) {
    if (before[c] > 0 && after[c] > 0)
      weights.use.push_back({study::octaves(before[c]), study::octaves(after[c])});
  }
  return weights;
}

report::Top1Loss top1_loss(const study::Sensitivity& sensitivity,
                           const std::vector<execute::Ranking>& alone) {
  const study::PairedDifference difference =
      study::paired_difference(sensitivity.float_rankings, alone, sensitivity.labels);
  // 0.0: no loss is not to read -0.
  return {0.0 - difference.difference(), difference.standard_error()};
}

std::vector<report::AnalyzedLayer> analyze_layers(const graph::Graph& network,
                                                  const graph::QuantizedGraph& quantized,
                                                  const study::Sensitivity& sensitivity,
                                                  bool has_labels, int threads) {
  const std::vector<study::LayerSqnr> sqnr = study::weight_sqnr(network, quantized, threads);
  auto next_sqnr = sqnr.begin();
  std::vector<report::AnalyzedLayer> layers;
  for (std::size_t at = 0; at < network.nodes.size(); ++at) {
    const graph::Node& node = network.nodes[at];
    if (std::holds_alternative<graph::Input>(node.op)) continue;
    const study::LayerSensitivity& measured = sensitivity.layers[at];
    report::AnalyzedLayer layer;
    layer.name = node.name;
    layer.kind = graph::kind_name(node.op);
    layer.output_sqnr_db = measured.output.sqnr_db();
    layer.network_sqnr_alone_db = measured.network_sqnr_alone_db();
    if (has_labels) layer.top1_loss_alone = top1_loss(sensitivity, measured.rankings_alone);
    if (const auto* conv = std::get_if<graph::Conv>(&node.op)) {
      const auto& codes = std::get<graph::QuantizedConv>(quantized.nodes[at].op);
      layer.weights = analyze_weights(*conv, codes, *next_sqnr++);
    }
    layers.push_back(std::move(layer));
  }
  return layers;
}

const char* name_of(config::DatasetKind kind, bool has_labels) {
  if (kind == config::DatasetKind::random) return "random tensors";
  return has_labels ? "dataset images" : "calibration images";
}

std::string shown_note(const config::DatasetConfig& data) {
  if (data.kind != config::DatasetKind::random)
    return "shown the calibration's images: there is no dataset";
  return "shown random tensors, uniform in [-1, 1), seed " + std::to_string(data.seed);
}

}  // namespace

std::vector<std::int64_t> sample_indices(std::int64_t total, std::int64_t count) {
  std::vector<std::int64_t> indices;
  data::SplitMix64 random(kSampleSeed);
  std::int64_t wanted = std::min(count, total);
  // Each index with the probability that keeps every choice equally likely.
  for (std::int64_t i = 0; i < total && wanted > 0; ++i) {
    if (random.below(total - i) >= wanted) continue;
    indices.push_back(i);
    --wanted;
  }
  return indices;
}

report::Analysis analyze_network(compile::Pipeline& pipeline, const config::RunConfig& run,
                                 std::optional<std::int64_t> sample, double threshold_db,
                                 int threads, Progress& progress) {
  const bool has_labels = run.dataset.has_value();
  const std::int64_t wanted = sample.value_or(has_labels ? kSampleImages : kUnlabelledImages);
  config::DatasetConfig data = has_labels ? *run.dataset : simulated_data(run);
  if (data.kind == config::DatasetKind::random) data.images = wanted;
  const auto dataset = pipeline.open(data);
  if (has_labels) check_labels(*dataset, pipeline.network());
  const std::string& scheme = run.quantization.scheme;
  const graph::QuantizedGraph& quantized = pipeline.quantized(scheme).graph;

  const std::vector<std::int64_t> indices = sample_indices(dataset->images(), wanted);
  data::ImageReader reader(*dataset, run.skip_bad_images);
  const auto source = [&](std::int64_t i) -> std::optional<execute::LabeledTensor> {
    std::optional<data::Sample> image = reader.read(indices[static_cast<std::size_t>(i)]);
    if (!image) return std::nullopt;
    return execute::LabeledTensor{std::move(image->tensor),
                                  static_cast<std::int32_t>(image->label)};
  };
  const auto images = static_cast<std::int64_t>(indices.size());
  progress.stage("layers alone", "images", images);
  const study::Sensitivity sensitivity =
      study::measure_sensitivity(pipeline.network(), quantized, images, threads, source,
                                 [&](std::int64_t done) { progress.advance(done); });
  if (sensitivity.labels.empty())
    throw base::InputError(base::refusal("", "--sample", "no image that can be used",
                                         "at least 1 of " + std::to_string(images)));

  report::Analysis analysis;
  analysis.workload = {run.name, run.network_name(), has_labels ? dataset->images() : 0};
  analysis.hardware = report::hardware_of(run.hardware);
  analysis.quantization = report::quantization_of(pipeline.metadata(pipeline.choice(scheme)));
  analysis.quantization.safe_accumulator_bits =
      pipeline.quantized(scheme).summary.safe_accumulator_bits;
  analysis.images = static_cast<std::int64_t>(sensitivity.labels.size());
  analysis.images_total = dataset->images();
  analysis.images_of = name_of(data.kind, has_labels);
  analysis.threshold_db = threshold_db;
  if (has_labels) {
    analysis.float_top1 =
        execute::count_correct(sensitivity.float_rankings, sensitivity.labels).top1;
    analysis.quantized_top1 =
        execute::count_correct(sensitivity.integer_rankings, sensitivity.labels).top1;
  }
  analysis.layers = analyze_layers(pipeline.network(), quantized, sensitivity, has_labels, threads);
  analysis.notes = run.notes;
  analysis.notes.insert(analysis.notes.end(), pipeline.notes().begin(), pipeline.notes().end());
  if (!has_labels) {
    analysis.notes.push_back(shown_note(data));
    if (!run.accuracy_not_measured.empty())
      analysis.notes.push_back("accuracy not measured: " + run.accuracy_not_measured);
  }
  describe_source(pipeline.given(), analysis.quantization, analysis.notes);
  append_skipped_notes("calibration", pipeline.skipped_calibration_images(), analysis.notes);
  append_skipped_notes(has_labels ? "dataset" : "calibration", reader.skipped(), analysis.notes);
  return analysis;
}

}  // namespace npusim::cli
