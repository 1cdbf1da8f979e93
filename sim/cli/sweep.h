// SPDX-License-Identifier: Apache-2.0
// The subcommands of `npusim sweep`: one file each.
#pragma once

#include <CLI/App.hpp>

#include "sim/cli/command.h"

namespace npusim::cli {

/// Subcommands of sweep; each sets the action when it is the chosen one.
void add_sweep_gather(CLI::App& sweep, Action& action);
void add_sweep_report(CLI::App& sweep, Action& action);
void add_sweep_explain(CLI::App& sweep, Action& action);

}  // namespace npusim::cli
