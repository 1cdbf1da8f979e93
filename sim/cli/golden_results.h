// SPDX-License-Identifier: Apache-2.0
// A run evaluated for a golden case.
#pragma once

#include "sim/cli/progress.h"
#include "sim/cli/run_session.h"
#include "sim/config/run_config.h"
#include "sim/golden/results.h"
#include "sim/report/report.h"

namespace npusim::cli {

struct GoldenRun {
  report::Report report;
  golden::Results results;
};

/// Throws what RunSession::run throws.
GoldenRun evaluate_for_golden(RunSession& session, const config::RunConfig& run,
                              Progress& progress);

}  // namespace npusim::cli
