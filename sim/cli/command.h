// SPDX-License-Identifier: Apache-2.0
// The subcommands of npusim: one file each, listed in commands.cpp.
#pragma once

#include <CLI/App.hpp>
#include <functional>
#include <vector>

namespace npusim::cli {

/// The exit codes of the program.
enum ExitCode : int {
  kOk = 0,
  // The machine's values differ from the integer network's; the report is still written. What
  // `diff` compared is different.
  kMismatch = 1,
  kBadInput = 2,          // bad input, usage, or I/O
  kSimulationFailed = 3,  // deadlock, cycle limit
  kInternalError = 4,     // a broken invariant of npusim itself
  kInterrupted = 130,
};

/// What the chosen subcommand does once the whole command line is read; returns the exit code.
using Action = std::function<int()>;

/// Adds the subcommand and its flags to the program. When it is the chosen one, it sets the action.
using AddCommand = void (*)(CLI::App& program, Action& action);

/// All subcommands in the order of the help.
const std::vector<AddCommand>& commands();

void add_run(CLI::App& program, Action& action);
void add_compare(CLI::App& program, Action& action);
void add_analyze(CLI::App& program, Action& action);
void add_compile(CLI::App& program, Action& action);
void add_simulate(CLI::App& program, Action& action);
void add_diff(CLI::App& program, Action& action);
void add_disasm(CLI::App& program, Action& action);
void add_assemble(CLI::App& program, Action& action);
void add_inspect(CLI::App& program, Action& action);
void add_export(CLI::App& program, Action& action);
void add_vectors(CLI::App& program, Action& action);
void add_list(CLI::App& program, Action& action);
void add_show(CLI::App& program, Action& action);
void add_sweep(CLI::App& program, Action& action);
void add_cache(CLI::App& program, Action& action);
void add_golden(CLI::App& program, Action& action);
void add_completion(CLI::App& program, Action& action);
void add_manual(CLI::App& program, Action& action);

/// The subcommand with help that is complete: what it does, its flags, examples.
CLI::App* add_command(CLI::App& program, const char* name, const char* summary,
                      const char* examples);

}  // namespace npusim::cli
