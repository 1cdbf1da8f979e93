// SPDX-License-Identifier: Apache-2.0
// The ports of a scratchpad (section 4). Units tick in their order of priority, so whoever asks
// while a port is left has it.
#pragma once

#include <cstdint>

namespace npusim::oracle {

class Scratchpad {
 public:
  explicit Scratchpad(std::int64_t ports) : ports_(ports) {}

  void begin_cycle() { used_ = 0; }
  /// Whether this cycle's access is granted.
  bool access() {
    if (used_ == ports_) return false;
    ++used_;
    return true;
  }

 private:
  std::int64_t ports_;
  std::int64_t used_ = 0;
};

}  // namespace npusim::oracle
