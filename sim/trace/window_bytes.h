// SPDX-License-Identifier: Apache-2.0
// Bytes that the DRAM moves, by windows of equal length, in bounded memory: where there are too
// many windows, neighbours become one.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/model/observer.h"

namespace npusim::trace {

class WindowBytes {
 public:
  struct Window {
    std::int64_t read_bytes = 0;
    std::int64_t write_bytes = 0;
  };

  /// Each burst counts in the window of its grant.
  void add(const model::DramBursts& bursts);

  /// Window w is [w, w + 1) * window_cycles(); the last one is not empty.
  const std::vector<Window>& windows() const { return windows_; }
  std::int64_t window_cycles() const { return window_cycles_; }

 private:
  Window& at(std::int64_t cycle);

  std::int64_t window_cycles_ = 256;
  std::vector<Window> windows_;
};

}  // namespace npusim::trace
