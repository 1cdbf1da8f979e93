// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/sweep_slurm.h"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "sim/base/nearest.h"
#include "sim/config/yaml_reader.h"
#include "sim/launch/program.h"

namespace npusim::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kUsualPointsPerTask = 100;
constexpr std::int64_t kMostUsualTasks = 1000;  // Slurm's MaxArraySize is 1,001 unless set
constexpr std::int64_t kMostPointsPerTask = 1'000'000;
constexpr int kFirstPoll_ms = 500, kLongestPoll_ms = 10'000;
constexpr int kMostSilentPolls = 30;  // a controller that restarts: minutes

/// What stands in the folder about the job that works there.
class JobFile {
 public:
  explicit JobFile(fs::path file) : file_(std::move(file)) {}
  std::string read() const {
    std::ifstream stream(file_);
    std::string job;
    stream >> job;
    return job;
  }
  void write(const std::string& job) const { base::write_file_whole(file_, job + "\n"); }
  void remove() const {
    std::error_code ignored;
    fs::remove(file_, ignored);
  }

 private:
  fs::path file_;
};

class SlurmSweep {
 public:
  SlurmSweep(const fs::path& sweep_file, const sweep::Store& store,
             const std::vector<sweep::IndexEntry>& index, int threads, const SlurmFlags& flags,
             launch::SignalWatch& signals, Progress& progress)
      : store_(store),
        index_(index),
        options_(flags.options),
        signals_(signals),
        progress_(progress),
        logs_(fs::absolute(store.folder()) / "slurm"),
        job_file_(logs_ / "job") {
    const auto points = static_cast<std::int64_t>(index.size());
    const std::int64_t usual =
        std::max(kUsualPointsPerTask, (points + kMostUsualTasks - 1) / kMostUsualTasks);
    const std::int64_t per_task =
        flags.points_per_task ? *config::parse_integer(*flags.points_per_task) : usual;
    options_.cpus_per_task = threads;
    work_.tasks = (points + per_task - 1) / per_task;
    work_.name = "npusim-sweep";
    work_.folder = fs::current_path();
    work_.logs = logs_;
    work_.command = {fs::read_symlink("/proc/self/exe").string(),
                     "sweep",
                     fs::absolute(sweep_file).string(),
                     "-o",
                     fs::absolute(store.folder()).string(),
                     "--shard",
                     "{task}/" + std::to_string(work_.tasks),
                     "-j",
                     std::to_string(threads),
                     "--quiet"};
    fs::create_directories(logs_);
  }

  bool run() {
    std::size_t unfinished = sweep::unfinished(store_, index_).size();
    std::string job = running_job();
    if (!job.empty()) say("slurm: job " + job + " is at work in this folder: watching it");
    while (unfinished > 0 || !job.empty()) {
      if (job.empty()) job = submit();
      if (!watch(job)) return false;
      const std::size_t before = unfinished;
      unfinished = sweep::unfinished(store_, index_).size();
      if (unfinished == before && unfinished > 0) give_up(job, unfinished);
      if (unfinished > 0) {
        say(fmt::format("slurm: job {} is over, {} points are not done: submitted again", job,
                        unfinished));
      }
      job.clear();
    }
    return true;
  }

 private:
  /// The job that an earlier command left behind, while it lives.
  std::string running_job() const {
    std::string job = job_file_.read();
    if (job.empty() || !launch::tasks_of(job).is_over()) return job;
    job_file_.remove();
    return {};
  }

  std::string submit() const {
    std::vector<std::int64_t> tasks;
    for (std::int64_t task = 1; task <= work_.tasks; ++task) {
      const auto shard = sweep::shard_of(index_, task, work_.tasks);
      if (!sweep::unfinished(store_, shard).empty()) tasks.push_back(task);
    }
    std::string job = launch::submit_array(work_, tasks, options_);
    job_file_.write(job);
    say(fmt::format("slurm: job {} with {} task{}, log in {}", job, tasks.size(),
                    tasks.size() == 1 ? "" : "s", logs_.string()));
    return job;
  }

  /// Until the job is over; false where a signal came before.
  bool watch(const std::string& job) {
    int wait_ms = kFirstPoll_ms, silent_polls = 0;
    while (true) {
      pollfd polled{signals_.descriptor(), POLLIN, 0};
      ::poll(&polled, 1, wait_ms);
      if (signals_.take()) {
        launch::cancel(job);
        job_file_.remove();
        return false;
      }
      try {
        const launch::SlurmTasks tasks = launch::tasks_of(job);
        silent_polls = 0;
        if (tasks.is_over()) break;
        const std::size_t unfinished = sweep::unfinished(store_, index_).size();
        progress_.stage(stage_text(job, tasks, index_.size() - unfinished));
      } catch (const base::InputError&) {
        if (++silent_polls == kMostSilentPolls) throw;
      }
      wait_ms = std::min(wait_ms + wait_ms / 4, kLongestPoll_ms);
    }
    job_file_.remove();
    return true;
  }

  std::string stage_text(const std::string& job, const launch::SlurmTasks& tasks,
                         std::size_t done) const {
    std::string text = fmt::format("slurm job {}: {} of {} points; tasks: {} running, {} waiting",
                                   job, done, index_.size(), tasks.running, tasks.pending);
    if (tasks.running == 0 && !tasks.pending_reason.empty()) {
      text += " (" + tasks.pending_reason + ")";
    }
    return text;
  }

  [[noreturn]] void give_up(const std::string& job, std::size_t unfinished) const {
    throw base::InputError(fmt::format(
        "slurm: job {} ended without a single point, {} are not done: see what its tasks wrote "
        "into {}/{}_*.log",
        job, unfinished, logs_.string(), job));
  }

  void say(const std::string& text) const { progress_.note(text); }

  const sweep::Store& store_;
  const std::vector<sweep::IndexEntry>& index_;
  launch::SlurmOptions options_;
  launch::SignalWatch& signals_;
  Progress& progress_;
  const fs::path logs_;
  const JobFile job_file_;
  launch::SlurmWork work_;
};

}  // namespace

void add_slurm_flags(CLI::App& command, SlurmFlags& flags) {
  command
      .add_option("--launcher", flags.launcher,
                  "local: processes on this machine (default); slurm: a job array")
      ->option_text("L");
  command
      .add_option("--points-per-task", flags.points_per_task,
                  "slurm: points of one task (default: 100, more where that makes over 1000 tasks)")
      ->option_text("N");
  command.add_option("--partition", flags.options.partition, "slurm: as of sbatch")
      ->option_text("P");
  command.add_option("--time", flags.options.time_limit, "slurm: limit of a task, as of sbatch")
      ->option_text("T");
  command
      .add_option("--sbatch", flags.options.arguments,
                  "slurm: a further argument of sbatch, such as --sbatch=--mem=4G; may be repeated")
      ->option_text("ARG")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void check_slurm_flags(const SlurmFlags& flags) {
  base::ErrorList errors;
  if (flags.launcher != "local" && flags.launcher != "slurm") {
    errors.add("", "--launcher", flags.launcher,
               "local or slurm" + base::did_you_mean(flags.launcher, {"local", "slurm"}));
  } else if (!flags.chosen()) {
    const auto refuse = [&](bool given, const char* flag) {
      if (given) errors.add("", flag, "without --launcher slurm", "left out, or with it");
    };
    refuse(flags.points_per_task.has_value(), "--points-per-task");
    refuse(!flags.options.partition.empty(), "--partition");
    refuse(!flags.options.time_limit.empty(), "--time");
    refuse(!flags.options.arguments.empty(), "--sbatch");
  }
  if (flags.points_per_task) {
    const auto value = config::parse_integer(*flags.points_per_task);
    if (!value || *value < 1 || *value > kMostPointsPerTask) {
      errors.add("", "--points-per-task", *flags.points_per_task,
                 fmt::format("an integer from 1 to {}", kMostPointsPerTask));
    }
  }
  errors.throw_if_any();
}

std::string slurm_flags_text(const SlurmFlags& flags) {
  std::string text = " --launcher slurm";
  const auto add = [&](const char* flag, const std::string& value) {
    if (!value.empty()) text += std::string(" ") + flag + launch::shell_word(value);
  };
  add("--points-per-task=", flags.points_per_task.value_or(""));
  add("--partition=", flags.options.partition);
  add("--time=", flags.options.time_limit);
  for (const std::string& argument : flags.options.arguments) add("--sbatch=", argument);
  return text;
}

bool evaluate_on_slurm(const fs::path& sweep_file, const sweep::Store& store,
                       const std::vector<sweep::IndexEntry>& index, int threads,
                       const SlurmFlags& flags, launch::SignalWatch& signals, Progress& progress) {
  return SlurmSweep(sweep_file, store, index, threads, flags, signals, progress).run();
}

}  // namespace npusim::cli
