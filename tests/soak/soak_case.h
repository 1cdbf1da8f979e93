// SPDX-License-Identifier: Apache-2.0
// One drawn run through the whole line, and everything that must hold of it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "tests/support/drawn_runs.h"

namespace npusim::soak {

struct CaseResult {
  bool has_run = false;      // compiled, perhaps on larger memories than first drawn, and simulated
  bool is_too_long = false;  // it would have taken more cycles than kMostCycles
  bool was_ticked = false;   // the tick oracle ran it
  bool was_retimed = false;  // and the same Program with other timing
  bool was_compared_in_float = false;
  std::int64_t cycles = 0;
  std::vector<std::string> refusals;    // why it was refused, each time, by stage
  std::vector<std::string> mismatches;  // must be none
  std::set<std::string> layer_kinds, array_modes;
  std::set<std::string> ends;  // of the hardware's keys: "mac_array.rows least"
  std::int64_t overflows = 0;
};

/// Slower machines are cut off (the SystemC kernel skips cycles in which nothing happens), and
/// beyond the second number the oracle, which skips none, is left out.
inline constexpr std::int64_t kMostCycles = 100'000'000;
inline constexpr std::int64_t kMostTicks = 1'000'000;

/// Writes the run into the folder and demands of it:
/// - compiled, or refused by base::InputError whose every message says what was found and what must
///   be; where memories are too small they grow until it fits
/// - the imported float network computes what the ONNX file says (float_values.h)
/// - no race; the Program's bytes and its text read back give the same bytes
/// - every tensor of every image, and every count of overflows: graph executor = interpreter =
///   SystemC machine
/// - cycles, stalls and traffic: machine = machine with its units made in another order = tick
///   oracle, in half of the cases on a second machine of other timing too
/// - the report's sums add up, and its forms can be written
/// Whatever is thrown becomes a mismatch.
CaseResult run_case(const test::DrawnRun& run, const std::filesystem::path& folder);

}  // namespace npusim::soak
