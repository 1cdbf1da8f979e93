// SPDX-License-Identifier: Apache-2.0
// Where the workloads and configs that come with npusim lie.
#pragma once

#include "sim/config/run_config.h"

namespace npusim::cli {

/// Installed: share/npusim beside the executable's bin folder. Built: the source tree, if it is
/// still there.
config::SearchFolders data_folders();

}  // namespace npusim::cli
