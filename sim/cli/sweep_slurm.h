// SPDX-License-Identifier: Apache-2.0
// A sweep on a cluster: its unfinished points as a Slurm job array that works in the same folder.
#pragma once

#include <CLI/App.hpp>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "sim/cli/progress.h"
#include "sim/launch/signal_watch.h"
#include "sim/launch/slurm.h"
#include "sim/sweep/store.h"

namespace npusim::cli {

struct SlurmFlags {
  std::string launcher = "local";
  std::optional<std::string> points_per_task;
  launch::SlurmOptions options;

  bool chosen() const { return launcher == "slurm"; }
};

/// --launcher and what it takes. `flags` must live until the command line has been read.
void add_slurm_flags(CLI::App& command, SlurmFlags& flags);

/// Says, as a base::InputError, which flags of Slurm are wrong, or mean nothing without it.
void check_slurm_flags(const SlurmFlags& flags);

/// The flags as a command line has them, each behind a space.
std::string slurm_flags_text(const SlurmFlags& flags);

/// Evaluates the unfinished points of the index: task I of the array runs `npusim sweep FILE -o DIR
/// --shard I/N -j threads`. Returns true when no point is unfinished, false when Ctrl-C came: then
/// the job is cancelled.
///
/// A job that an earlier call has left running there is watched instead of a second one. Tasks that
/// ended without their points (a lost node, a time limit) are submitted again as long as that
/// brings points; then a base::InputError names their log. `threads`: of a task.
bool evaluate_on_slurm(const std::filesystem::path& sweep_file, const sweep::Store& store,
                       const std::vector<sweep::IndexEntry>& index, int threads,
                       const SlurmFlags& flags, launch::SignalWatch& signals, Progress& progress);

}  // namespace npusim::cli
