// SPDX-License-Identifier: Apache-2.0
// `npusim compare`: the quantizations of one network side by side. Import, calibration, the float
// network's answers and the decoded pictures are shared by all rows.
#include <algorithm>
#include <map>
#include <memory>

#include "frontend/compile/parameter_bytes.h"
#include "frontend/compile/pipeline.h"
#include "frontend/execute/accuracy.h"
#include "frontend/study/paired_difference.h"
#include "frontend/study/weight_sqnr.h"
#include "sim/base/errors.h"
#include "sim/base/version.h"
#include "sim/cli/accuracy.h"
#include "sim/cli/command.h"
#include "sim/cli/compare_rows.h"
#include "sim/cli/compare_text.h"
#include "sim/cli/output.h"
#include "sim/cli/progress.h"
#include "sim/cli/run_flags.h"
#include "sim/cli/simulated_data.h"
#include "sim/cli/skipped_notes.h"
#include "sim/cli/stage_cache.h"
#include "sim/cli/verified_simulation.h"
#include "sim/report/comparison.h"
#include "sim/report/study_page.h"

namespace npusim::cli {
namespace {

struct CompareOptions {
  RunArguments arguments;
  std::optional<std::string> schemes, json, html;
};

constexpr char kCompareExamples[] =
    "  npusim compare mobilenet.yaml\n"
    "  npusim compare mobilenet.yaml --images 500 --json comparison.json\n"
    "  npusim compare mobilenet.yaml --html comparison.html\n"
    "  npusim compare mobilenet.yaml --schemes per_layer,shift_scaler:3,per_channel\n"
    "  npusim compare imagenet_mobilenet_v1.yaml --model net.onnx --dataset val\n"
    "      --calibration calibration      your own network and pictures\n";

/// Rows that are evaluated at once share each decoded picture; their weights together take at most
/// about this much, else there are several passes over the pictures.
constexpr std::int64_t kPassBytes = std::int64_t{1} << 30;
constexpr std::int64_t kBytesPerWeight = 3;  // the quantized graph's and the executor's

/// "shift_scaler:4:floor" is "shift 4 floor" in the table.
std::string label_of(const std::string& name) {
  if (name == "per_layer_asymmetric") return "asymmetric";
  const std::string prefix = "shift_scaler";
  if (name.compare(0, prefix.size(), prefix) != 0) return name;
  std::string label = "shift" + name.substr(prefix.size());
  std::replace(label.begin(), label.end(), ':', ' ');
  return label;
}

std::string full_name(const CompareRow& row) {
  return row.name + (row.choice.bias_correction ? " with" : " without") + " bias correction";
}

report::ComparisonRow described(const CompareRow& row) {
  report::ComparisonRow result;
  result.label = label_of(row.name);
  result.scheme = row.choice.scheme;
  result.symmetric = row.choice.symmetric;
  result.equalization = row.choice.equalization;
  result.bias_correction = row.choice.bias_correction;
  if (row.choice.scheme == "shift_scaler") {
    result.field_bits = row.choice.field_bits;
    result.rule = row.choice.rule;
  }
  return result;
}

report::RowAccuracy accuracy_of(const std::vector<execute::Ranking>& rankings,
                                const std::vector<execute::Ranking>& float_rankings,
                                const std::vector<std::int32_t>& labels) {
  const execute::Accuracy accuracy = execute::count_correct(rankings, labels);
  const study::PairedDifference paired = study::paired_difference(float_rankings, rankings, labels);
  return {accuracy.top1_share(),
          accuracy.top5_share(),
          paired.difference(),
          paired.standard_error(),
          paired.is_significant(),
          static_cast<double>(execute::count_agreeing(rankings, float_rankings)) /
              static_cast<double>(std::max<std::int64_t>(1, accuracy.images))};
}

/// The run whose network is the float one itself; a row can ask for the equalized one.
config::RunConfig without_equalization(config::RunConfig run) {
  run.quantization.equalization = false;
  return run;
}

/// Fills the comparison row by row.
class Comparer {
 public:
  Comparer(const config::RunConfig& run, int threads, const cache::Store* cache, Progress& progress)
      : run_(without_equalization(run)),
        threads_(threads),
        progress_(progress),
        pipeline_(
            run_, threads, [this](const std::string& stage) { show(stage); }, cache) {}

  report::Comparison compare(const std::vector<CompareRow>& rows) {
    rows_ = rows_that_differ(rows);
    const config::DatasetConfig data = run_.dataset ? *run_.dataset : simulated_data(run_);
    dataset_ = pipeline_.open(data);
    if (run_.dataset) check_labels(*dataset_, pipeline_.network());
    reader_ = std::make_unique<data::ImageReader>(*dataset_, run_.skip_bad_images);
    comparison_.rows.resize(1);
    comparison_.rows[0].label = comparison_.rows[0].scheme = "float";
    for (const CompareRow& row : rows_) comparison_.rows.push_back(described(row));
    if (!run_.dataset) run_notes_.push_back(simulated_data_note(data));

    const std::size_t step = rows_per_pass();
    std::size_t first = 0;
    do {
      const std::size_t end = std::min(first + step, rows_.size());
      std::vector<std::size_t> evaluated;
      std::vector<execute::ClassifierFactory> networks;
      for (std::size_t r = first; r < end; ++r) {
        if (quantize_and_simulate(r, networks)) evaluated.push_back(r);
      }
      if (run_.dataset) evaluate(evaluated, networks);
      first = end;
    } while (first < rows_.size());
    refuse_if_none();
    describe();
    return std::move(comparison_);
  }

  const std::vector<std::pair<std::string, report::Simulation>>& mismatches() const {
    return mismatches_;
  }

 private:
  report::ComparisonRow& row(std::size_t r) { return comparison_.rows[r + 1]; }

  void show(const std::string& stage) { progress_.stage(place_ + stage); }

  /// Weights that the model brings as codes have nothing to be corrected.
  std::vector<CompareRow> rows_that_differ(std::vector<CompareRow> rows) {
    const compile::GivenQuantization given = pipeline_.given();
    if (given.layers == 0 || given.given_layers < given.layers) return rows;
    rows.erase(std::remove_if(rows.begin(), rows.end(),
                              [](const CompareRow& row) { return row.choice.bias_correction; }),
               rows.end());
    run_notes_.push_back(
        "the model brings the codes of all its weights: rows differ only in how the machine stores "
        "their scales, and there is no bias to correct");
    return rows;
  }

  std::size_t rows_per_pass() {
    std::int64_t weights = 1;
    for (const graph::Node& node : pipeline_.network().nodes) {
      if (const auto* conv = std::get_if<graph::Conv>(&node.op))
        weights += static_cast<std::int64_t>(conv->weights_ohwi.size());
    }
    return static_cast<std::size_t>(
        std::max<std::int64_t>(1, kPassBytes / (kBytesPerWeight * weights)));
  }

  /// False: the row is refused. Appends the network where accuracy is measured.
  bool quantize_and_simulate(std::size_t r, std::vector<execute::ClassifierFactory>& networks) {
    const CompareRow& wanted = rows_[r];
    place_ =
        std::to_string(r + 1) + " of " + std::to_string(rows_.size()) + ", " + wanted.name + ": ";
    pipeline_.calibration();  // what it refuses ends all rows
    try {
      const quantize::Quantization quantized = pipeline_.quantization(wanted.choice);
      const isa::Program program = pipeline_.program(quantized.graph, wanted.choice);
      const VerifiedSimulation verified =
          simulate_and_compare(program, quantized.graph, *dataset_, {first_image()}, progress_);
      row(r).cost =
          report::RowCost{compile::parameter_bytes(quantized.graph).scheme_bytes(),
                          quantized.summary.safe_accumulator_bits, verified.result.total_cycles,
                          *verified.simulation.mismatched_values};
      if (row(r).cost->mismatched_values > 0)
        mismatches_.emplace_back(full_name(wanted) + ": ", verified.simulation);
      const study::SqnrSummary sqnr = study::summarize(
          study::weight_sqnr(pipeline_.network(wanted.choice), quantized.graph, threads_));
      if (sqnr.channels > 0) row(r).weights = report::RowWeights{sqnr.mean_db, sqnr.worst_db};
      if (run_.dataset) {
        networks.push_back(execute::integer_classifier(execute::IntegerExecutor(quantized.graph),
                                                       quantized.graph.nodes.at(0)));
      }
      return true;
    } catch (const base::InputError& error) {
      refusals_.push_back(error);
      const std::size_t others = error.messages().size() - 1;
      row(r).refused = error.messages().front() +
                       (others == 0 ? "" : " (and " + std::to_string(others) + " more)");
      return false;
    }
  }

  /// The first image that is not left out.
  std::int64_t first_image() {
    if (!first_image_) {
      std::int64_t i = 0;
      while (!reader_->read(i)) ++i;  // throws where no image is good
      first_image_ = i;
    }
    return *first_image_;
  }

  void evaluate(const std::vector<std::size_t>& evaluated,
                std::vector<execute::ClassifierFactory> networks) {
    const bool with_float = float_rankings_.empty();
    if (with_float) {
      networks.insert(networks.begin(),
                      execute::float_classifier(execute::FloatExecutor(pipeline_.network())));
    }
    if (networks.empty()) return;
    progress_.stage("accuracy", "images", dataset_->images());
    execute::Predictions predictions =
        execute::predict(dataset_->images(), threads_, labelled_images(*reader_), networks,
                         [&](std::int64_t done) { progress_.advance(done); });
    if (with_float) {
      float_rankings_ = predictions.rankings.front();
      comparison_.rows[0].accuracy =
          accuracy_of(float_rankings_, float_rankings_, predictions.labels);
      comparison_.accuracy_images = static_cast<std::int64_t>(predictions.labels.size());
    }
    for (std::size_t i = 0; i < evaluated.size(); ++i) {
      row(evaluated[i]).accuracy = accuracy_of(predictions.rankings[i + (with_float ? 1 : 0)],
                                               float_rankings_, predictions.labels);
    }
  }

  void refuse_if_none() const {
    if (rows_.empty() || refusals_.size() < rows_.size()) return;
    throw base::InputError(refusals_.front());
  }

  void describe() {
    comparison_.network = run_.network_name();
    comparison_.workload.name = run_.name;
    comparison_.hardware = report::hardware_of(run_.hardware);
    comparison_.workload.images = run_.dataset ? dataset_->images() : 0;
    comparison_.accuracy_not_measured = run_.accuracy_not_measured;
    std::vector<std::string>& notes = comparison_.notes;
    notes = run_.notes;
    notes.insert(notes.end(), pipeline_.notes().begin(), pipeline_.notes().end());
    notes.insert(notes.end(), run_notes_.begin(), run_notes_.end());
    append_widths(notes);
    append_refusals(notes);
    if (!run_.skip_bad_images) return;
    const data::SkippedImages skipped = reader_->skipped();
    if (run_.dataset) comparison_.skipped = skipped_images(skipped);
    append_skipped_notes("calibration", pipeline_.skipped_calibration_images(), notes);
    append_skipped_notes("dataset", skipped, notes);
  }

  /// What all rows have from the run file.
  void append_widths(std::vector<std::string>& notes) const {
    const config::QuantizationConfig& settings = run_.quantization;
    constexpr std::int64_t kUsual = 8;
    if (settings.weight_bits != kUsual || settings.activation_bits != kUsual) {
      notes.push_back("in all rows: weights of " + std::to_string(settings.weight_bits) +
                      " bits, activations of " + std::to_string(settings.activation_bits));
    }
    if (!settings.layers.empty()) {
      notes.emplace_back(
          "in all rows: the layers that quantization.layers names are as it says; what it leaves "
          "out is the row's");
    }
  }

  /// One note for all rows that have the same reason.
  void append_refusals(std::vector<std::string>& notes) {
    std::vector<std::pair<std::string, std::string>> reasons;
    for (std::size_t r = 0; r < rows_.size(); ++r) {
      const std::string& reason = row(r).refused;
      if (reason.empty()) continue;
      const auto same = std::find_if(reasons.begin(), reasons.end(),
                                     [&](const auto& each) { return each.first == reason; });
      if (same == reasons.end()) {
        reasons.emplace_back(reason, full_name(rows_[r]));
      } else if (same->second.find(rows_[r].name) == std::string::npos) {
        same->second.append(", ").append(rows_[r].name);
      }
    }
    for (auto& [reason, names] : reasons) notes.push_back(names.append(": ").append(reason));
  }

  const config::RunConfig run_;
  const int threads_;
  Progress& progress_;
  std::string place_;  // what the progress line says before the stage
  compile::Pipeline pipeline_;
  std::vector<CompareRow> rows_;
  std::unique_ptr<data::Dataset> dataset_;
  std::unique_ptr<data::ImageReader> reader_;
  std::optional<std::int64_t> first_image_;
  std::vector<execute::Ranking> float_rankings_;
  std::vector<base::InputError> refusals_;
  std::vector<std::pair<std::string, report::Simulation>> mismatches_;  // row, what differs
  std::vector<std::string> run_notes_;
  report::Comparison comparison_;
};

/// --scheme S picks rows too: the run file's own scheme decides nothing here.
std::vector<CompareRow> wanted_rows(const CompareOptions& options, const config::RunConfig& run) {
  std::vector<CompareRow> rows = all_compare_rows(run.quantization);
  if (options.schemes) return picked_rows(rows, *options.schemes, "--schemes");
  if (options.arguments.flags.scheme)
    return picked_rows(rows, *options.arguments.flags.scheme, "--scheme");
  return rows;
}

int compare(const CompareOptions& options) {
  const HostClock clock;
  const int threads = parse_threads(options.arguments.threads);
  check_output_path(options.json, "--json");
  check_output_path(options.html, "--html");
  const config::RunConfig run =
      read_run(options.arguments, {/*dataset=*/true, /*files=*/true, /*values=*/true});
  const std::vector<CompareRow> rows = wanted_rows(options, run);
  report::Comparison comparison;
  std::vector<std::pair<std::string, report::Simulation>> mismatches;
  {
    Progress progress(options.arguments.quiet);
    Comparer comparer(run, threads, stage_cache(options.arguments), progress);
    comparison = comparer.compare(rows);
    mismatches = comparer.mismatches();
  }
  comparison.host = clock.host(threads);
  if (options.json) write_output(*options.json, report::to_json(comparison));
  if (options.html)
    write_output(*options.html, report::comparison_page(comparison, base::kVersion));
  if (!options.arguments.quiet) {
    const std::string text = to_text(comparison, wants_colour());
    write_stdout(text);
  }
  for (const auto& [of, simulation] : mismatches) print_mismatch(of, simulation);
  return mismatches.empty() ? kOk : kMismatch;
}

}  // namespace

void add_compare(CLI::App& program, Action& action) {
  const auto options = std::make_shared<CompareOptions>();
  CLI::App* command = add_command(
      program, "compare", "set all quantizations of a network side by side", kCompareExamples);
  add_run_arguments(*command, options->arguments);
  command
      ->add_option("--schemes", options->schemes,
                   "rows, separated by commas: per_layer, per_layer_asymmetric, "
                   "shift_scaler[:1..4][:floor|octave], per_channel, equalization (default: all); "
                   "float is always there")
      ->option_text("S");
  command->add_option("--json", options->json, "write the comparison as JSON")->option_text("F");
  command->add_option("--html", options->html, "write a page with charts, to be opened offline")
      ->option_text("F");
  command->callback([options, &action] { action = [options] { return compare(*options); }; });
}

}  // namespace npusim::cli
