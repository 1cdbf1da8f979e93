// SPDX-License-Identifier: Apache-2.0
// A Slurm job array whose tasks each do one shard of a whole: submitted, watched, cancelled through
// Slurm's own commands (sbatch, squeue, scancel), found on PATH.
//
// Slurm runs a task at least once: a node that is lost has its tasks queued again, and what it
// still runs may write beside their successors. Tasks must bear that.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace npusim::launch {

struct SlurmOptions {
  std::string partition;   // empty: the cluster's default
  std::string time_limit;  // of a task, as sbatch --time takes it; empty: the partition's
  std::int64_t cpus_per_task = 1;
  std::vector<std::string> arguments;  // further ones of sbatch: "--mem=4G", "--account=design"
};

/// What an array runs: task I of [1, tasks] runs `command` with every word "{task}" replaced by I.
struct SlurmWork {
  std::string name;                  // of the job, for people
  std::vector<std::string> command;  // the program's absolute path and its arguments
  std::int64_t tasks = 0;            // at most 10,000,000
  std::filesystem::path folder;      // where tasks run, and
  std::filesystem::path logs;        // an existing folder for what they write: JOB_TASK.log
};

/// How many tasks of a job are where.
struct SlurmTasks {
  std::int64_t pending = 0, running = 0, ended = 0;
  std::string pending_reason;  // Slurm's word for why the first of them waits: "Resources"
  bool is_over() const { return pending == 0 && running == 0; }
};

/// Submits these tasks, ascending numbers of [1, work.tasks]; returns the job's number. Throws
/// base::InputError with what sbatch said where it refuses.
std::string submit_array(const SlurmWork& work, const std::vector<std::int64_t>& tasks,
                         const SlurmOptions& options);

/// Asks for the job's tasks. A job that Slurm no longer knows is over. Throws base::InputError
/// where the controller does not answer.
SlurmTasks tasks_of(const std::string& job);

/// Ends the job's tasks, also those that run.
void cancel(const std::string& job);

/// "1-3,7": ascending numbers as sbatch --array takes them.
std::string array_text(const std::vector<std::int64_t>& tasks);

/// How the lines of `squeue -h -r -o '%T %r'` add up.
SlurmTasks count_tasks(const std::string& lines);

}  // namespace npusim::launch
