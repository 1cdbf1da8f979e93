// SPDX-License-Identifier: Apache-2.0
// `npusim sweep`: every point of a sweep file evaluated by worker processes into a folder.
#include "sim/cli/sweep.h"

#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>

#include "sim/base/errors.h"
#include "sim/base/nearest.h"
#include "sim/cli/output.h"
#include "sim/cli/point_evaluation.h"
#include "sim/cli/run_flags.h"
#include "sim/cli/sweep_estimate.h"
#include "sim/cli/sweep_results.h"
#include "sim/cli/sweep_search.h"
#include "sim/cli/sweep_slurm.h"
#include "sim/cli/sweep_text.h"
#include "sim/config/find_file.h"
#include "sim/config/yaml_reader.h"
#include "sim/report/format.h"

namespace npusim::cli {
namespace {

constexpr char kSweepExamples[] =
    "  npusim sweep which_scheme.yaml -o swept --dry-run\n"
    "  npusim sweep which_scheme.yaml -o swept -j 8\n"
    "  npusim sweep which_scheme.yaml -o swept --retry-failed\n"
    "  npusim sweep report swept --html swept.html\n"
    "  npusim sweep explain swept 17\n"
    "  npusim sweep mine.yaml -o swept --shard 1/4    on four machines, then:\n"
    "  npusim sweep gather swept\n"
    "  npusim sweep mine.yaml -o swept --launcher slurm --partition long\n"
    "\n"
    "The same command goes on where an interrupted one, or one that was killed,\n"
    "has stopped.";

struct SweepOptions {
  std::string file;
  std::optional<std::string> folder, threads, shard;
  bool dry_run = false, retry_failed = false, quiet = false;
  SlurmFlags slurm;
};

struct Shard {
  std::int64_t number = 1, of = 1;
};

/// "2/8".
std::optional<Shard> parse_shard(const std::optional<std::string>& text) {
  if (!text) return std::nullopt;
  constexpr std::int64_t kMostShards = 1'000'000;
  const std::size_t slash = text->find('/');
  const auto number = config::parse_integer(text->substr(0, slash));
  const auto of =
      slash == std::string::npos ? std::nullopt : config::parse_integer(text->substr(slash + 1));
  if (number && of && *number >= 1 && *number <= *of && *of <= kMostShards)
    return Shard{*number, *of};
  throw base::InputError(base::refusal(
      "", "--shard", *text,
      "I/N with I from 1 to N, such as 2/8, and N at most " + std::to_string(kMostShards)));
}

std::filesystem::path require_folder(const SweepOptions& options) {
  if (!options.folder || options.folder->empty())
    throw base::InputError(base::refusal("", "-o", "nothing", "the folder for the results"));
  return *options.folder;
}

/// What the next call has to be.
std::string command_to_go_on(const SweepOptions& options) {
  std::string command = "npusim sweep " + options.file + " -o " + *options.folder;
  if (options.threads) command += " -j " + *options.threads;
  if (options.shard) command += " --shard " + *options.shard;
  if (options.slurm.chosen()) command += slurm_flags_text(options.slurm);
  return command;
}

class SweepCommand {
 public:
  explicit SweepCommand(const SweepOptions& options)
      : options_(options),
        folder_(require_folder(options)),
        store_(folder_),
        shard_(parse_shard(options.shard)),
        workers_(parse_threads(options.threads)) {}

  int run() {
    {
      Progress progress(options_.quiet);
      plan_ = std::make_unique<SweepPlan>(options_.file, progress);
    }
    if (shard_ && plan_->config().search) {
      throw base::InputError(base::refusal("", "--shard", *options_.shard,
                                           "left out: what a search looks at next follows from "
                                           "what it has found"));
    }
    check_launcher();
    points_ = plan_->points();
    if (shard_) points_ = sweep::shard_of(points_, shard_->number, shard_->of);
    return options_.dry_run ? show() : evaluate();
  }

 private:
  void check_launcher() const {
    check_slurm_flags(options_.slurm);
    if (!options_.slurm.chosen()) return;
    base::ErrorList errors;
    if (shard_) {
      errors.add("", "--shard", *options_.shard,
                 "left out with --launcher slurm, whose tasks are shards");
    }
    if (plan_->config().search) {
      errors.add("", "--launcher", "slurm",
                 "local for a search: what it looks at next follows from what it has found");
    }
    errors.throw_if_any();
  }

  int show() const {
    std::string text = sweep_outline(plan_->space(), points_);
    const std::vector<sweep::IndexEntry> open = sweep::unfinished(store_, points_);
    const std::size_t before = points_.size() - open.size();
    if (before != 0) {
      text += fmt::format("\n{} done before\n", report::grouped(static_cast<std::int64_t>(before)));
    }
    write_stdout(text);
    flush_stdout();
    if (!open.empty()) {
      write_stdout(fmt::format(
          "\n{}", estimate_text(*plan_, open, static_cast<std::int64_t>(open.size()), workers_)));
    }
    return kOk;
  }

  int evaluate() {
    const auto start = std::chrono::steady_clock::now();
    store_.create();
    store_.write_config(plan_->config());
    if (!plan_->config().search) store_.write_index(plan_->config(), plan_->points());
    SweepOutcome outcome;
    {
      launch::SignalWatch signals;
      const std::optional<PointCounts> counts =
          options_.slurm.chosen() ? evaluate_on_cluster(signals) : evaluate_here(signals);
      if (!counts) return interrupted();
      outcome.counts = *counts;
    }
    outcome.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    outcome.grid_points = plan_->space().grid_size();
    outcome.dropped_points = plan_->space().dropped();
    outcome.shard = options_.shard.value_or("");
    const sweep::Gathered gathered = sweep::gather(store_, plan_->config(), points_);
    if (!shard_) write_sweep_tables(store_, plan_->config(), points_, gathered);
    if (!options_.quiet) {
      write_stdout(
          sweep_summary(plan_->config(), gathered, outcome, shard_ ? "" : folder_.string()));
    }
    return sweep_exit_code(gathered);
  }

  std::int64_t points_to_evaluate() const {
    const std::optional<sweep::Search>& search = plan_->config().search;
    return search ? search->points : static_cast<std::int64_t>(points_.size());
  }

  // Each returns nothing where Ctrl-C interrupted it.

  std::optional<PointCounts> evaluate_here(launch::SignalWatch& signals) {
    PointEvaluation evaluation(
        *plan_, store_, signals,
        {workers_, options_.retry_failed, options_.quiet, points_to_evaluate()});
    const bool done = plan_->config().search
                          ? evaluate_searched(*plan_, store_, evaluation, points_)
                          : evaluation.evaluate(points_);
    return done ? std::optional(evaluation.counts()) : std::nullopt;
  }

  std::optional<PointCounts> evaluate_on_cluster(launch::SignalWatch& signals) const {
    if (options_.retry_failed) {
      for (const sweep::IndexEntry& point : points_) store_.drop_failure(point.hash);
    }
    const std::vector<sweep::IndexEntry> open = sweep::unfinished(store_, points_);
    const int threads_of_a_task = options_.threads ? workers_ : 1;
    Progress progress(options_.quiet);
    if (!evaluate_on_slurm(plan_->config().file, store_, points_, threads_of_a_task, options_.slurm,
                           signals, progress))
      return std::nullopt;
    PointCounts counts;
    counts.before = static_cast<std::int64_t>(points_.size() - open.size());
    for (const sweep::IndexEntry& point : open)
      ++(store_.has_record(point.hash) ? counts.finished : counts.failed);
    return counts;
  }

  int interrupted() const {
    const auto open = static_cast<std::int64_t>(sweep::unfinished(store_, points_).size());
    const std::int64_t done = static_cast<std::int64_t>(points_.size()) - open;
    write_stderr(fmt::format(
        "npusim: interrupted: {} of {} points are done and stay; to go on:\n  {}\n",
        report::grouped(done), report::grouped(points_to_evaluate()), command_to_go_on(options_)));
    return kInterrupted;
  }

  const SweepOptions& options_;
  const std::filesystem::path folder_;
  const sweep::Store store_;
  const std::optional<Shard> shard_;
  const int workers_;
  std::unique_ptr<SweepPlan> plan_;
  std::vector<sweep::IndexEntry> points_;
};

int sweep(const SweepOptions& options) {
  constexpr char kSweep[] = "a sweep file, or gather, report or explain";
  require_argument(options.file, "SWEEP", kSweep);
  const std::string command = base::did_you_mean(options.file, {"gather", "report", "explain"});
  if (!command.empty() && !config::is_file(options.file))
    throw base::InputError(base::refusal("", "SWEEP", options.file, kSweep + command));
  return SweepCommand(options).run();
}

/// Flags of the sweep itself before one of its subcommands would have no effect.
void refuse_given(const CLI::App& command) {
  base::ErrorList errors;
  for (const CLI::Option* option : command.get_options()) {
    if (option->count() > 0) {
      errors.add("", option->get_name(), option->as<std::string>(),
                 "left out before " + command.get_subcommands().front()->get_name());
    }
  }
  errors.throw_if_any();
}

}  // namespace

void add_sweep(CLI::App& program, Action& action) {
  const auto options = std::make_shared<SweepOptions>();
  CLI::App* command =
      add_command(program, "sweep", "evaluate points of hardware and quantization into a table",
                  kSweepExamples);
  command->add_option("SWEEP", options->file,
                      "sweep file: a path, or a bare name of one that comes with npusim");
  command->add_option("-o", options->folder, "folder for the results; they are kept as they come")
      ->option_text("DIR");
  command
      ->add_option("-j", options->threads,
                   "worker processes (default: all processors); results do not depend on it")
      ->option_text("N");
  command->add_flag("--dry-run", options->dry_run,
                    "check the file, show the points and estimate the time; write no results");
  command
      ->add_option("--shard", options->shard,
                   "only part I of N of the points; 'npusim sweep gather DIR' makes the table")
      ->option_text("I/N");
  command->add_flag("--retry-failed", options->retry_failed,
                    "evaluate points again that have failed before");
  command->add_flag("--quiet", options->quiet, "no progress and no summary; errors only");
  add_slurm_flags(*command, options->slurm);
  add_sweep_gather(*command, action);
  add_sweep_report(*command, action);
  add_sweep_explain(*command, action);
  command->callback([options, command, &action] {
    if (!command->get_subcommands().empty()) return refuse_given(*command);
    action = [options] { return sweep(*options); };
  });
}

}  // namespace npusim::cli
