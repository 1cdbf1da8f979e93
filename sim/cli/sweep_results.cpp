// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/sweep_results.h"

#include <algorithm>
#include <csignal>

#include "sim/cli/command.h"
#include "sim/cli/interrupt.h"

namespace npusim::cli {
namespace {

constexpr char kMismatched[] = "simulation.mismatched_values";
constexpr int kSignalBase = 128;

/// What somebody, or a system out of memory, did to a worker is not its own fault.
bool is_internal(const sweep::Failure& failure) {
  return failure.exit_code == kInternalError ||
         (failure.exit_code > kSignalBase && failure.exit_code != kSignalBase + SIGKILL &&
          failure.exit_code != kSignalBase + SIGTERM);
}

}  // namespace

void write_sweep_tables(const sweep::Store& store, const sweep::SweepConfig& config,
                        const std::vector<sweep::IndexEntry>& index,
                        const sweep::Gathered& gathered) {
  const DeferInterrupts whole;
  sweep::write_tables(store, config, index, gathered);
}

int sweep_exit_code(const sweep::Gathered& gathered) {
  if (std::any_of(gathered.failures.begin(), gathered.failures.end(), is_internal))
    return kInternalError;
  const auto mismatched = gathered.table.find(kMismatched);
  if (!mismatched) return kOk;
  const bool any = std::any_of(
      gathered.table.rows.begin(), gathered.table.rows.end(),
      [&](const sweep::Row& row) { return gathered.table.number(row, *mismatched) > 0; });
  return any ? kMismatch : kOk;
}

}  // namespace npusim::cli
