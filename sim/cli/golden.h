// SPDX-License-Identifier: Apache-2.0
// The subcommands of `npusim golden`: one file each.
#pragma once

#include <CLI/App.hpp>

#include "sim/cli/command.h"

namespace npusim::cli {

/// Subcommands of golden; each sets the action when it is the chosen one.
void add_golden_record(CLI::App& golden, Action& action);
void add_golden_check(CLI::App& golden, Action& action);
void add_golden_update(CLI::App& golden, Action& action);

}  // namespace npusim::cli
