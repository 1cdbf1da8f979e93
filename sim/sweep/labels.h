// SPDX-License-Identifier: Apache-2.0
// Keys and metrics in words: "hardware.dram.bandwidth_bytes_per_second" is "dram bandwidth" in B/s.
#pragma once

#include <string>
#include <vector>

namespace npusim::sweep {

struct Label {
  std::string text;
  std::string unit;  // empty: a count, a choice, or not known
};

Label label_of(const std::string& key);

/// For headings of tables: the last parts of each key, as many as tell it from the others.
std::vector<std::string> short_names(const std::vector<std::string>& keys);

}  // namespace npusim::sweep
