// SPDX-License-Identifier: Apache-2.0
// The quantizations that `compare` sets side by side, and the names that pick them.
#pragma once

#include <string>
#include <vector>

#include "sim/config/run_config.h"

namespace npusim::cli {

struct CompareRow {
  /// How --schemes calls it: "per_channel", "shift_scaler:3:octave". Bias correction has no part
  /// in the name: each name stands for two rows.
  std::string name;
  config::QuantizationConfig choice;
};

/// Every row but the float network's: all without bias correction in the order of the table, then
/// the same with it. What a row does not choose (widths, layers of their own) is as in `base`.
std::vector<CompareRow> all_compare_rows(const config::QuantizationConfig& base);

/// Of these rows, those that a comma-separated list names, in their own order. A name is that of a
/// row, or its first parts, or parts left out in between: "shift_scaler", "shift_scaler:3",
/// "shift_scaler:octave". "float" names no further row. Throws base::InputError with every name
/// that fits no row, listing what is right; `key` is the flag's name.
std::vector<CompareRow> picked_rows(const std::vector<CompareRow>& rows, const std::string& list,
                                    const std::string& key);

}  // namespace npusim::cli
