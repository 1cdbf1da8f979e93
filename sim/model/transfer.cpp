// SPDX-License-Identifier: Apache-2.0
#include "sim/model/transfer.h"

namespace npusim::model {
namespace {

std::int64_t bursts_of_row(std::uint64_t address, std::uint64_t bytes, std::uint64_t burst_bytes) {
  return static_cast<std::int64_t>((address + bytes - 1) / burst_bytes - address / burst_bytes) + 1;
}

// All of them: the rows are looked at one by one only where they are not cut alike.
std::int64_t count_bursts(const isa::Dma& dma, std::int64_t burst_bytes) {
  const auto burst = static_cast<std::uint64_t>(burst_bytes);
  const std::int64_t first = bursts_of_row(dma.dram_address, dma.bytes, burst);
  const bool alike = dma.dram_stride1 % burst == 0 && dma.dram_stride2 % burst == 0;
  if (alike) return first * dma.count1 * dma.count2;
  std::int64_t count = 0;
  for (std::uint32_t i2 = 0; i2 < dma.count2; ++i2) {
    for (std::uint32_t i1 = 0; i1 < dma.count1; ++i1) {
      const std::uint64_t address = dma.dram_address + std::uint64_t{i1} * dma.dram_stride1 +
                                    std::uint64_t{i2} * dma.dram_stride2;
      count += bursts_of_row(address, dma.bytes, burst);
    }
  }
  return count;
}

}  // namespace

Transfer::Transfer(std::size_t instruction, const isa::Dma& dma, std::int64_t burst_bytes,
                   const RangeAccesses& accesses, std::int64_t cycle)
    : instruction_(instruction),
      burst_bytes_(burst_bytes),
      accesses_(accesses),
      start_(cycle),
      left_(count_bursts(dma, burst_bytes)),
      cutter_(dma, burst_bytes) {
  next_run();
}

void Transfer::take(std::int64_t count) {
  left_ -= count;
  run_.count -= count;
  if (run_.count == 0 && left_ > 0) next_run();
}

void Transfer::next_run() {
  const bool same = accesses_.same_after(burst_bytes_);
  const Burst burst = cutter_.next();
  run_ = {1, burst.bytes, accesses_(burst.local_address, burst.bytes)};
  if (same && burst.bytes == burst_bytes_) run_.count += cutter_.skip_whole();
}

}  // namespace npusim::model
