// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/run_session.h"

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "sim/cli/accuracy.h"
#include "sim/cli/answers.h"
#include "sim/cli/faulted_run.h"
#include "sim/cli/given_source.h"
#include "sim/cli/run_flags.h"
#include "sim/cli/simulated_data.h"
#include "sim/cli/skipped_notes.h"
#include "sim/cli/steady_state.h"
#include "sim/cli/verified_simulation.h"
#include "sim/energy/estimate.h"
#include "sim/model/observers.h"
#include "sim/model/simulate.h"

namespace npusim::cli {
namespace {

// The widths that hold every sum (rule 7).
void describe_sums(const quantize::Quantization& quantization, report::Report& report) {
  std::map<std::string, std::int64_t> bits_of;
  for (const quantize::LayerSummary& layer : quantization.summary.layers) {
    bits_of[quantization.graph.node(layer.node).name] = layer.safe_accumulator_bits;
  }
  for (report::Layer& layer : report.layers) {
    const auto found = bits_of.find(layer.name);
    if (found != bits_of.end()) layer.safe_accumulator_bits = found->second;
  }
  report.quantization.safe_accumulator_bits = quantization.summary.safe_accumulator_bits;
}

stats::SimulationResult simulate_timing(const isa::Program& program, Progress& progress,
                                        const std::vector<RunListener*>& listeners) {
  progress.stage("simulation");
  model::Observers observers;
  for (RunListener* listener : listeners) observers.add(listener->observer(0));
  model::SimulationOptions options;
  options.observer = observers.get();
  options.timing_only = true;
  options.verified = true;  // by the compiler
  return model::simulate(program, {}, options);
}

void append(const std::vector<std::string>& from, std::vector<std::string>& notes) {
  notes.insert(notes.end(), from.begin(), from.end());
}

/// What the images of a run brought out.
struct Measured {
  std::int64_t images = 0;  // of the data set
  AccuracyResult accuracy;
};

}  // namespace

struct RunSession::State {
  State(int thread_count, const cache::Store* store)
      : threads(thread_count), cache(store), answers(store) {}

  report::Report run(const config::RunConfig& run);

  void follow(const config::RunConfig& run);
  report::Report with_values(const config::RunConfig& run, Measured& measured);
  report::Report timing(const config::RunConfig& run);
  const isa::Program& compiled(const std::string& scheme);
  void configure(const config::RunConfig& run, const Measured& measured,
                 report::Configuration& configuration);
  report::Report described(const isa::Program& program, const stats::SimulationResult& result);

  const int threads;
  const cache::Store* const cache;
  // Of the run that goes on.
  Progress* progress = nullptr;
  std::vector<RunListener*> listeners;
  std::optional<compile::Pipeline> pipeline;
  std::map<std::filesystem::path, energy::Technology> technologies;  // read so far
  const energy::Technology* technology = nullptr;                    // of the run that goes on
  Answers answers;
};

void RunSession::State::follow(const config::RunConfig& run) {
  auto known = technologies.find(run.technology);
  if (known == technologies.end())
    known = technologies.emplace(run.technology, technology_of(run)).first;
  technology = &known->second;
  if (pipeline) {
    pipeline->set_run(run);
  } else {
    pipeline.emplace(
        run, threads, [this](const std::string& stage) { progress->stage(stage); }, cache);
  }
}

const isa::Program& RunSession::State::compiled(const std::string& scheme) {
  const isa::Program& program = pipeline->kept_program(scheme);
  for (RunListener* listener : listeners) listener->on_compiled(*pipeline, program);
  return program;
}

report::Report RunSession::State::described(const isa::Program& program,
                                            const stats::SimulationResult& result) {
  for (RunListener* listener : listeners) listener->on_simulated(result);
  report::Report report = report::report_of(program, result);
  report.energy = energy::estimate(program, result, *technology);
  return report;
}

report::Report RunSession::State::with_values(const config::RunConfig& run, Measured& measured) {
  const std::string& scheme = run.quantization.scheme;
  const config::DatasetConfig data = run.dataset ? *run.dataset : simulated_data(run);
  const auto dataset = pipeline->open(data);
  if (run.dataset) check_labels(*dataset, pipeline->network());
  const isa::Program& program = compiled(scheme);
  const graph::QuantizedGraph& graph = pipeline->quantized(scheme).graph;
  std::optional<FaultedRun> faulted;  // refuses what there is not, before anything is measured
  if (run.faults) faulted.emplace(*run.faults, program, graph);
  const data::SkippedImages& uncalibrated = pipeline->skipped_calibration_images();
  if (run.dataset) {
    measured.accuracy = measure_accuracy(
        *pipeline, scheme, {*dataset, pipeline->images_hash(data), run.skip_bad_images}, threads,
        *progress, answers);
    measured.images = dataset->images();
  } else {
    measured.accuracy.notes = {simulated_data_note(data)};
  }
  const VerifiedSimulation verified = simulate_and_compare(
      program, graph, *dataset,
      first_good(*dataset, run.dataset ? measured.accuracy.skipped : uncalibrated,
                 run.simulation.images),
      *progress, listeners, faulted ? &faulted->simulated() : nullptr);
  report::Report report = described(program, verified.result);
  if (faulted) report.faults = faulted->measure(*dataset, run.skip_bad_images, threads, *progress);
  report.simulation = verified.simulation;
  if (run.dataset) report.accuracy = measured.accuracy.accuracy;
  return report;
}

report::Report RunSession::State::timing(const config::RunConfig& run) {
  const isa::Program& program = compiled(run.quantization.scheme);
  return described(program, simulate_timing(program, *progress, listeners));
}

/// What the run file says in place of what the Program carries.
void RunSession::State::configure(const config::RunConfig& run, const Measured& measured,
                                  report::Configuration& configuration) {
  configuration.quantization = run.quantization;
  configuration.input = run.input;
  configuration.technology = technology->name;
  configuration.model = report::Model{run.model.empty() ? run.name : run.model.filename().string(),
                                      pipeline->model_hash()};
  configuration.skip_bad_images = run.skip_bad_images;
  configuration.calibration = run.calibration;
  std::optional<std::int64_t>& calibrated = configuration.calibration->data.images;
  if (!calibrated) {
    calibrated = pipeline->calibration().images +
                 static_cast<std::int64_t>(pipeline->skipped_calibration_images().indices.size());
  }
  report::SimulationChoice& simulation = configuration.simulation;
  simulation = {};
  simulation.timing_only = run.simulation.timing_only;
  simulation.steady_state = run.simulation.steady_state;
  if (simulation.timing_only) return;  // neither of them was looked at
  simulation.images = run.simulation.images;
  configuration.faults = run.faults;
  configuration.dataset = run.dataset;
  if (configuration.dataset && !configuration.dataset->images)
    configuration.dataset->images = measured.images;
}

report::Report RunSession::State::run(const config::RunConfig& run) {
  follow(run);
  const std::string& scheme = run.quantization.scheme;
  Measured measured;
  report::Report report = run.simulation.timing_only ? timing(run) : with_values(run, measured);

  std::vector<std::string> unmeasured;
  if (run.simulation.steady_state) {
    const auto steady = steady_state_cycles(*pipeline, scheme, unmeasured);
    if (steady) report::set_steady_state(pipeline->kept_program(scheme), *steady, report);
  }
  configure(run, measured, *report.configuration);
  report.workload.name = run.name;
  report.workload.images = measured.images;
  report.accuracy_not_measured = run.accuracy_not_measured;
  report.notes = run.notes;
  append(pipeline->notes(), report.notes);
  append(measured.accuracy.notes, report.notes);
  append(unmeasured, report.notes);
  describe_source(pipeline->given(), report.quantization, report.notes);
  describe_sums(pipeline->quantized(scheme), report);
  if (run.skip_bad_images) {
    const data::SkippedImages& uncalibrated = pipeline->skipped_calibration_images();
    if (report.accuracy) report.accuracy->skipped = skipped_images(measured.accuracy.skipped);
    report.calibration =
        report::Calibration{pipeline->calibration().images, skipped_images(uncalibrated)};
    append_skipped_notes("calibration", uncalibrated, report.notes);
    append_skipped_notes("dataset", measured.accuracy.skipped, report.notes);
  }
  return report;
}

RunSession::RunSession(int threads, const cache::Store* cache)
    : state_(std::make_unique<State>(threads, cache)) {}
RunSession::~RunSession() = default;

report::Report RunSession::run(const config::RunConfig& run, Progress& progress,
                               const std::vector<RunListener*>& listeners) {
  state_->progress = &progress;
  state_->listeners = listeners;
  return state_->run(run);
}

const std::vector<compile::StageRecord>& RunSession::stages() const {
  static const std::vector<compile::StageRecord> none;
  return state_->pipeline ? state_->pipeline->stages() : none;
}

}  // namespace npusim::cli
