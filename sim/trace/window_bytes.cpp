// SPDX-License-Identifier: Apache-2.0
#include "sim/trace/window_bytes.h"

#include <algorithm>

#include "sim/base/math.h"

namespace npusim::trace {
namespace {

constexpr std::size_t kMostWindows = 8192;

}  // namespace

WindowBytes::Window& WindowBytes::at(std::int64_t cycle) {
  while (static_cast<std::size_t>(cycle / window_cycles_) >= kMostWindows) {
    if (windows_.size() % 2 != 0) windows_.emplace_back();
    for (std::size_t w = 0; w < windows_.size() / 2; ++w) {
      const Window second = windows_[2 * w + 1];
      windows_[w] = windows_[2 * w];
      windows_[w].read_bytes += second.read_bytes;
      windows_[w].write_bytes += second.write_bytes;
    }
    windows_.resize(windows_.size() / 2);
    window_cycles_ *= 2;
  }
  const auto window = static_cast<std::size_t>(cycle / window_cycles_);
  if (window >= windows_.size()) windows_.resize(window + 1);
  return windows_[window];
}

void WindowBytes::add(const model::DramBursts& bursts) {
  const bool writes = bursts.requester == model::UnitId::dma_out;
  std::int64_t cycle = bursts.first_grant_cycle;
  for (std::int64_t left = bursts.count; left > 0;) {
    Window& window = at(cycle);
    std::int64_t count = 1;
    if (left > 1) {
      const std::int64_t end = (cycle / window_cycles_ + 1) * window_cycles_;
      count = std::min(left, base::ceil_div(end - cycle, bursts.period_cycles));
    }
    (writes ? window.write_bytes : window.read_bytes) += count * bursts.burst_bytes;
    cycle += count * bursts.period_cycles;
    left -= count;
  }
}

}  // namespace npusim::trace
