// SPDX-License-Identifier: Apache-2.0
// A DMA transfer as bursts: section 3 of docs/timing-model.md.
#pragma once

#include <algorithm>
#include <cstdint>

#include "sim/isa/instruction.h"

namespace npusim::model {

struct Burst {
  std::uint64_t dram_address = 0;
  std::int64_t local_address = 0;
  std::int64_t bytes = 0;
};

/// Each contiguous run of the transfer, cut at multiples of burst_bytes (a power of two) of the
/// DRAM address. The transfer must hold at least one byte.
class BurstCutter {
 public:
  BurstCutter() = default;
  BurstCutter(const isa::Dma& dma, std::int64_t burst_bytes)
      : dma_(dma), burst_bytes_(static_cast<std::uint64_t>(burst_bytes)) {}

  bool done() const { return run2_ == dma_.count2; }

  /// The next burst; not to be called when done.
  Burst next() {
    const std::uint64_t address = dma_.dram_address + std::uint64_t{run1_} * dma_.dram_stride1 +
                                  std::uint64_t{run2_} * dma_.dram_stride2 + offset_;
    const std::uint64_t local = dma_.local_address + std::uint64_t{run1_} * dma_.local_stride1 +
                                std::uint64_t{run2_} * dma_.local_stride2 + offset_;
    const std::uint64_t bytes =
        std::min(burst_bytes_ - address % burst_bytes_, dma_.bytes - offset_);
    advance(bytes);
    return {address, static_cast<std::int64_t>(local), static_cast<std::int64_t>(bytes)};
  }

  /// Passes over the whole bursts that come next in the same run; how many there were. To be called
  /// behind a whole burst.
  std::int64_t skip_whole() {
    if (offset_ == 0) return 0;  // a run is over
    const std::uint64_t count = (dma_.bytes - offset_) / burst_bytes_;
    if (count > 0) advance(count * burst_bytes_);
    return static_cast<std::int64_t>(count);
  }

 private:
  void advance(std::uint64_t bytes) {
    offset_ += bytes;
    if (offset_ < dma_.bytes) return;
    offset_ = 0;
    if (++run1_ < dma_.count1) return;
    run1_ = 0;
    ++run2_;
  }

  isa::Dma dma_{0, 0, 0, 0, 0, 0, 0, 0, 0};
  std::uint64_t burst_bytes_ = 1;
  std::uint64_t offset_ = 0;  // within the run
  std::uint32_t run1_ = 0;
  std::uint32_t run2_ = 0;
};

}  // namespace npusim::model
