// SPDX-License-Identifier: Apache-2.0
// From the arguments of main to the exit code.
#pragma once

namespace npusim::cli {

/// Reads the command line, runs the subcommand, prints what goes wrong as `npusim: error: ...`
/// lines on stderr. Never throws.
int run_command_line(int argc, const char* const* argv);

}  // namespace npusim::cli
