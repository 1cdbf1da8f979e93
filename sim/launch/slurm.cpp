// SPDX-License-Identifier: Apache-2.0
#include "sim/launch/slurm.h"

#include <algorithm>
#include <set>
#include <sstream>

#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "sim/launch/program.h"

namespace npusim::launch {
namespace {

std::string trimmed(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  return text;
}

// What a task runs: sbatch's own shell finds nothing in it to expand but the task's number.
std::string task_script(const SlurmWork& work) {
  std::string script = "#!/bin/sh\nexec";
  for (const std::string& word : work.command) {
    const std::size_t at = word.find("{task}");
    script += ' ';
    if (at == std::string::npos) {
      script += shell_word(word);
    } else {
      script += shell_word(word.substr(0, at)) + "\"$SLURM_ARRAY_TASK_ID\"" +
                shell_word(word.substr(at + 6));
    }
  }
  return script + "\n";
}

// The states of a task that holds or awaits a node; all others are ends (squeue(1)).
bool is_running(const std::string& state) {
  static const std::set<std::string> kStates = {
      "RUNNING", "CONFIGURING", "COMPLETING", "SIGNALING", "STAGE_OUT", "STOPPED", "SUSPENDED"};
  return kStates.count(state) != 0;
}
bool is_pending(const std::string& state) {
  static const std::set<std::string> kStates = {"PENDING",      "REQUEUED",     "REQUEUE_FED",
                                                "REQUEUE_HOLD", "SPECIAL_EXIT", "RESV_DEL_HOLD",
                                                "RESIZING"};
  return kStates.count(state) != 0;
}

}  // namespace

std::string array_text(const std::vector<std::int64_t>& tasks) {
  std::string text;
  for (std::size_t first = 0; first < tasks.size();) {
    std::size_t last = first;
    while (last + 1 < tasks.size() && tasks[last + 1] == tasks[last] + 1) ++last;
    if (!text.empty()) text += ',';
    text += std::to_string(tasks[first]);
    if (last > first) text += '-' + std::to_string(tasks[last]);
    first = last + 1;
  }
  return text;
}

std::string submit_array(const SlurmWork& work, const std::vector<std::int64_t>& tasks,
                         const SlurmOptions& options) {
  const std::filesystem::path script = work.logs / "task.sh";
  base::write_file_whole(script, task_script(work));
  std::vector<std::string> arguments = {"--parsable",
                                        "--requeue",
                                        "--job-name=" + work.name,
                                        "--array=" + array_text(tasks),
                                        "--cpus-per-task=" + std::to_string(options.cpus_per_task),
                                        "--chdir=" + work.folder.string(),
                                        "--output=" + (work.logs / "%A_%a.log").string()};
  if (!options.partition.empty()) arguments.push_back("--partition=" + options.partition);
  if (!options.time_limit.empty()) arguments.push_back("--time=" + options.time_limit);
  arguments.insert(arguments.end(), options.arguments.begin(), options.arguments.end());
  arguments.push_back(script.string());
  const Finished sbatch = run_program("sbatch", arguments);
  // "JOB" or "JOB;CLUSTER".
  std::string job = trimmed(sbatch.output.substr(0, sbatch.output.find(';')));
  if (sbatch.exit_code != 0 || job.empty()) {
    throw base::InputError("sbatch: refused the job array (exit code " +
                           std::to_string(sbatch.exit_code) + "): " + trimmed(sbatch.errors));
  }
  return job;
}

SlurmTasks count_tasks(const std::string& lines) {
  SlurmTasks tasks;
  std::istringstream stream(lines);
  std::string line;
  while (std::getline(stream, line)) {
    std::istringstream words(line);
    std::string state, reason;
    if (!(words >> state)) continue;
    std::getline(words >> std::ws, reason);
    if (is_running(state)) {
      ++tasks.running;
    } else if (is_pending(state)) {
      if (tasks.pending++ == 0) tasks.pending_reason = reason;
    } else {
      ++tasks.ended;
    }
  }
  return tasks;
}

SlurmTasks tasks_of(const std::string& job) {
  const Finished squeue = run_program("squeue", {"--all", "--states=all", "--array", "--noheader",
                                                 "--format=%T %r", "--jobs=" + job});
  if (squeue.exit_code == 0) return count_tasks(squeue.output);
  if (squeue.errors.find("Invalid job id") != std::string::npos) return {};
  throw base::InputError("squeue: cannot be asked for job " + job + " (exit code " +
                         std::to_string(squeue.exit_code) + "): " + trimmed(squeue.errors));
}

void cancel(const std::string& job) { run_program("scancel", {job}); }

}  // namespace npusim::launch
