// SPDX-License-Identifier: Apache-2.0
// Between a run as a user names it and a golden case, which works wherever it and what it refers to
// are moved together.
#pragma once

#include <filesystem>

#include "sim/cli/run_flags.h"
#include "sim/config/run_config.h"
#include "sim/golden/case_file.h"

namespace npusim::cli {

/// case.yaml of a case in `folder`, which need not be there yet: the run file's name, the flags as
/// given but for paths, which are relative to the folder, and where the run file's own paths lead
/// unless npusim brings those files. `run` was read from the arguments.
golden::CaseFile describe_case(const RunArguments& arguments, const config::RunConfig& run,
                               const std::filesystem::path& folder);

/// The run of a case: run.yaml of the folder with the flags of case.yaml. A bare name of a model,
/// hardware or technology is one beside run.yaml or of the files that come with npusim; the current
/// folder does not count. Throws base::InputError with every error found.
config::RunConfig read_case_run(const std::filesystem::path& folder, const golden::CaseFile& file);

/// Throws base::InputError where two ways to name a run lead to different files or hardware.
void check_same_run(const config::RunConfig& given, const config::RunConfig& of_case);

}  // namespace npusim::cli
