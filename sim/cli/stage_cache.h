// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sim/cache/store.h"
#include "sim/cli/run_flags.h"

namespace npusim::cli {

/// This process's cache (cache::default_folder, docs/cache.md), which outlives everything; nullptr
/// where it is turned off.
const cache::Store* stage_cache();
/// The same, turned off by --no-cache too.
const cache::Store* stage_cache(const RunArguments& arguments);

}  // namespace npusim::cli
