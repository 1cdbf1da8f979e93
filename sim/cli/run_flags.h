// SPDX-License-Identifier: Apache-2.0
// The run file and the flags that `run` and `compile` share.
#pragma once

#include <CLI/App.hpp>
#include <optional>
#include <string>

#include "sim/config/run_config.h"
#include "sim/energy/technology.h"

namespace npusim::cli {

struct RunArguments {
  std::string file;
  config::RunFlags flags;
  std::optional<std::string> threads;
  bool no_cache = false;
  bool quiet = false;
};

// The arguments must live until the command line has been read.

/// FILE and the flags that change what it says.
void add_run_file_arguments(CLI::App& command, RunArguments& arguments);
/// The same, with -j, --skip-bad-images, --no-cache and --quiet.
void add_run_arguments(CLI::App& command, RunArguments& arguments);

/// --technology, of the commands that report energy.
void add_technology_argument(CLI::App& command, std::optional<std::string>& technology);

/// For run files that are looked at and not run.
inline constexpr config::RunNeeds kOnlyLook = {/*dataset=*/false, /*files=*/false};

/// The run that the arguments describe. Throws base::InputError with every error found.
config::RunConfig read_run(const RunArguments& arguments, const config::RunNeeds& needs);

/// What the run's energy and area are computed with. Throws base::InputError where its file is not
/// there or not right.
energy::Technology technology_of(const config::RunConfig& run);

/// A positional argument that must be given: refuses an empty one.
void require_argument(const std::string& value, const std::string& name,
                      const std::string& must_be);

}  // namespace npusim::cli
