// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/faulted_run.h"

#include <algorithm>
#include <string>
#include <utility>

#include "frontend/data/image_reader.h"
#include "frontend/execute/classify.h"
#include "frontend/flips/resolve.h"
#include "sim/base/errors.h"
#include "sim/base/parallel.h"

namespace npusim::cli {
namespace {

constexpr double kMostFlips = 1e7;  // of a trial: 24 bytes each
constexpr std::int64_t kMostInputBytes = std::int64_t{1} << 32;

report::MeanEstimate estimate(const flips::Interval& interval) {
  return {interval.mean, interval.low, interval.high};
}

/// Of all inputs of the network.
std::int64_t input_elements(const graph::QuantizedGraph& graph) {
  std::int64_t elements = 0;
  for (const graph::QuantizedNode& node : graph.nodes)
    elements += node.is_input() ? node.shape.elements() : 0;
  return elements;
}

std::vector<std::int8_t> coded(const graph::QuantizedGraph& graph,
                               const std::vector<float>& values) {
  std::vector<std::int8_t> codes(values.size());
  std::int64_t begin = 0;
  for (const graph::QuantizedNode& node : graph.nodes) {
    if (!node.is_input()) continue;
    const std::int64_t count = node.shape.elements();
    execute::quantize_input(values.data() + begin, count, node.quantization, node.clamps,
                            codes.data() + begin);
    begin += count;
  }
  return codes;
}

}  // namespace

FaultedRun::FaultedRun(const config::FaultsConfig& faults, const isa::Program& program,
                       const graph::QuantizedGraph& graph)
    : faults_(faults),
      graph_(graph),
      sites_(std::make_unique<const flips::ProgramSites>(program, graph)) {
  if (faults.is_drawn()) {
    words_ = std::make_unique<const flips::ProtectedWords>(graph, *sites_, program.hardware);
    campaign_ = {&graph, &faults, flips::layers_of(faults, graph), words_.get()};
    check_flips();
    simulated_ = campaign_.drawn(faults.kinds, faults.rates.back(), 0);
    return;
  }
  listed_ = flips::sites_of(faults, graph, program, *sites_);
  std::vector<faults::FaultSite> passing;
  for (const faults::FaultSite& site : listed_)
    (config::is_stored(site.kind) ? simulated_.stored.sites : passing).push_back(site);
  simulated_.passing = [passing](std::int64_t) { return flips::DrawnFlips{passing, 0, 0}; };
}

void FaultedRun::check_flips() const {
  base::ErrorList errors;
  std::int64_t all = 0;
  for (const config::FaultKind kind : faults_.kinds) {
    const std::int64_t bits = campaign_.bits(kind);
    all += bits;
    const double flips = faults_.rates.back() * static_cast<double>(bits);
    if (flips <= kMostFlips) continue;
    errors.add("", "faults.rate", std::to_string(faults_.rates.back()),
               "low enough for 10000000 flips at a time: there are " + std::to_string(bits) +
                   " bits of " + config::fault_name(kind));
  }
  if (all == 0) {
    errors.add("", "faults.kinds", config::fault_name(faults_.kinds.front()),
               "a kind that the network has bits of");
  }
  errors.throw_if_any();
}

flips::CodedImages FaultedRun::coded_images(const data::Dataset& dataset, bool skip_bad,
                                            int threads) const {
  const std::int64_t count = std::min(faults_.images, dataset.images());
  const std::int64_t most = kMostInputBytes / input_elements(graph_);
  if (count > most) {
    throw base::InputError(
        base::refusal("", "faults.images", std::to_string(count),
                      "at most " + std::to_string(most) + ": their inputs are kept in memory"));
  }
  data::ImageReader reader(dataset, skip_bad);
  std::vector<std::vector<std::int8_t>> codes(static_cast<std::size_t>(count));
  std::vector<std::int32_t> labels(codes.size());
  base::parallel_for(count, threads, [&](std::int64_t i) {
    const auto sample = reader.read(i);
    if (!sample) return;
    codes[static_cast<std::size_t>(i)] = coded(graph_, sample->tensor);
    labels[static_cast<std::size_t>(i)] = static_cast<std::int32_t>(sample->label);
  });
  flips::CodedImages images;
  for (std::size_t i = 0; i < codes.size(); ++i) {
    if (codes[i].empty()) continue;
    images.codes.push_back(std::move(codes[i]));
    images.labels.push_back(labels[i]);
    images.numbers.push_back(static_cast<std::int64_t>(i));
  }
  if (images.count() == 0)
    throw base::InputError(base::refusal("", "faults.images", "no image that can be had", "one"));
  return images;
}

report::Faults FaultedRun::measure(const data::Dataset& dataset, bool skip_bad, int threads,
                                   Progress& progress) const {
  const flips::CodedImages images = coded_images(dataset, skip_bad, threads);
  const auto count = static_cast<std::int64_t>(images.count());
  const flips::Trials trials(graph_, images, threads);
  const auto advance = [&](std::int64_t done) { progress.advance(done); };
  report::Faults result;
  result.images = count;
  result.fault_free_top1 =
      static_cast<double>(trials.fault_free_correct()) / static_cast<double>(count);
  if (faults_.is_drawn()) {
    progress.stage("faults", "trials", flips::trials_of(campaign_));
    put_campaign(flips::run_campaign(campaign_, trials, count, advance), result);
    return result;
  }
  progress.stage("faults", "trials", 1);
  const flips::TrialResult trial = trials
                                       .run(
                                           1, [&](std::int64_t) { return simulated_; }, advance)
                                       .front();
  result.sites_top1 = static_cast<double>(trial.correct) / static_cast<double>(count);
  result.sites_agreement_top1 = static_cast<double>(trial.agreeing) / static_cast<double>(count);
  describe_sites(result);
  return result;
}

void FaultedRun::describe_sites(report::Faults& result) const {
  for (const faults::FaultSite& site : listed_) {
    const flips::InstructionElement at = sites_->instruction_of(site);
    report::FaultSiteRow row;
    row.kind = config::fault_name(site.kind);
    if (site.kind == config::FaultKind::parameters) row.field = config::fault_name(site.field);
    row.layer = graph_.node(site.layer).name;
    row.element = site.element;
    row.bit = site.bit;
    row.instruction = static_cast<std::int64_t>(at.instruction);
    row.instruction_element = at.element;
    result.sites.push_back(std::move(row));
  }
}

void FaultedRun::put_campaign(const flips::CampaignResult& campaign, report::Faults& result) const {
  for (const flips::RateResult& each : campaign.rates) {
    report::FaultRate row;
    row.kind = config::fault_name(each.kind);
    row.rate = each.rate;
    row.trials = faults_.trials;
    row.flips_mean = each.flips_mean;
    row.top1 = estimate(each.top1);
    row.agreement_top1 = each.agreement;
    if (each.is_protected) {
      row.detected = each.detected;
      row.corrected = each.corrected;
    }
    result.rates.push_back(std::move(row));
  }
  const auto cost = [&](const flips::LayerCost& each) {
    return report::FlipCost{each.layer < 0 ? "" : graph_.node(each.layer).name,
                            config::fault_name(each.kind),
                            each.bits,
                            each.flips,
                            estimate(each.top1_loss),
                            each.changed,
                            each.logit_error};
  };
  for (const flips::LayerCost& each : campaign.kinds) result.per_flip.push_back(cost(each));
  for (const flips::LayerCost& each : campaign.layers) result.layers.push_back(cost(each));
}

}  // namespace npusim::cli
