// SPDX-License-Identifier: Apache-2.0
// A transfer's bursts, one after another: each contiguous run cut at multiples of the burst size of
// the DRAM address.
#pragma once

#include <algorithm>
#include <cstdint>

#include "sim/isa/instruction.h"

namespace npusim::registers {

struct Burst {
  std::uint64_t dram_address = 0;
  std::int64_t local_address = 0;
  std::int64_t bytes = 0;
  bool last = false;  // of its instruction
};

class BurstCounter {
 public:
  BurstCounter() = default;
  BurstCounter(const isa::Dma& fields, std::int64_t burst_bytes)
      : fields_(fields), burst_bytes_(static_cast<std::uint64_t>(burst_bytes)) {}

  Burst next() {
    const std::uint64_t dram = fields_.dram_address + std::uint64_t{i_} * fields_.dram_stride1 +
                               std::uint64_t{j_} * fields_.dram_stride2 + offset_;
    const std::uint64_t local = fields_.local_address + std::uint64_t{i_} * fields_.local_stride1 +
                                std::uint64_t{j_} * fields_.local_stride2 + offset_;
    const std::uint64_t bytes =
        std::min<std::uint64_t>(fields_.bytes - offset_, burst_bytes_ - dram % burst_bytes_);
    offset_ += bytes;
    if (offset_ == fields_.bytes) {
      offset_ = 0;
      if (++i_ == fields_.count1) {
        i_ = 0;
        ++j_;
      }
    }
    return {dram, static_cast<std::int64_t>(local), static_cast<std::int64_t>(bytes),
            j_ == fields_.count2};
  }

 private:
  isa::Dma fields_;
  std::uint64_t burst_bytes_ = 1;
  std::uint64_t offset_ = 0;
  std::uint32_t i_ = 0, j_ = 0;
};

}  // namespace npusim::registers
