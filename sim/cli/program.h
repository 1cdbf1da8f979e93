// SPDX-License-Identifier: Apache-2.0
// The whole program as CLI11 knows it: what the command line reader parses by, and what help,
// manual page and completions are made of.
#pragma once

#include <CLI/App.hpp>
#include <string>
#include <utility>
#include <vector>

#include "sim/cli/command.h"

namespace npusim::cli {

/// Gives an empty program its description, flags and all subcommands. The action is set by the
/// chosen one once the command line is parsed; both must outlive the parsing.
void set_up(CLI::App& program, Action& action);

/// Every exit code with what it says, in order.
const std::vector<std::pair<ExitCode, const char*>>& exit_codes();

/// "Exit codes: 0 ok, ..." in lines of at most 80 columns; the end of the program's help.
std::string exit_codes_text();

}  // namespace npusim::cli
