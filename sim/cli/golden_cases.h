// SPDX-License-Identifier: Apache-2.0
// Golden cases run once more, in parallel, and compared with what they say.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "sim/golden/case_file.h"
#include "sim/golden/case_folder.h"
#include "sim/golden/comparison.h"
#include "sim/golden/results.h"

namespace npusim::cli {

/// What came of a case.
struct CaseOutcome {
  golden::CasePlace place;
  int exit_code = 0;                  // kOk: it ran; else as `npusim run` says it
  std::vector<std::string> messages;  // why it did not
  golden::Comparison comparison;      // where it ran
  golden::Results now;                // likewise
  double seconds = 0;

  bool ran() const { return exit_code == 0; }
};

struct CheckOptions {
  int workers = 1;
  bool no_cache = false;
  bool quiet = false;
};

/// Runs the cases in worker processes; results do not depend on their number, and a case that
/// cannot be read or run stops no other. By name; nothing where Ctrl-C interrupted it.
std::optional<std::vector<CaseOutcome>> run_cases(const std::vector<golden::CasePlace>& places,
                                                  const CheckOptions& options);

/// For all cases: the worst of what happened, kMismatch where a case differs.
int exit_code_of(const std::vector<CaseOutcome>& outcomes);

/// A table, then why cases differ or did not run; at most 80 columns. With `details` everything
/// that differs in the reports.
std::string outcomes_text(const std::vector<CaseOutcome>& outcomes, bool details, bool colour);

}  // namespace npusim::cli
