// SPDX-License-Identifier: Apache-2.0
// How the help of the program and its subcommands is laid out.
#pragma once

#include <CLI/App.hpp>

namespace npusim::cli {

/// Gives the program, and every subcommand added to it afterwards, help of at most 80 columns:
/// descriptions broken at blanks, positionals as they are called in the refusals.
void set_help_layout(CLI::App& program);

}  // namespace npusim::cli
