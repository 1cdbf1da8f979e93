// SPDX-License-Identifier: Apache-2.0
// Between the clocks of NPU and DRAM; exact.
#pragma once

#include <cstdint>

namespace npusim::model {

/// ceil(a * b / c) for a, b >= 0 and c > 0 whose product may not fit 64 bits; the quotient must.
constexpr std::int64_t ceil_product(std::int64_t a, std::int64_t b, std::int64_t c) {
  const auto product = static_cast<unsigned __int128>(a) * static_cast<unsigned __int128>(b);
  const auto divisor = static_cast<unsigned __int128>(c);
  return static_cast<std::int64_t>((product + divisor - 1) / divisor);
}

/// A point in time in one clock is, in the other, the first cycle that does not begin before it.
class DramClock {
 public:
  DramClock(std::int64_t npu_hz, std::int64_t dram_hz) : npu_hz_(npu_hz), dram_hz_(dram_hz) {}

  std::int64_t to_dram(std::int64_t npu_cycle) const {
    return ceil_product(npu_cycle, dram_hz_, npu_hz_);
  }
  std::int64_t to_npu(std::int64_t dram_cycle) const {
    return ceil_product(dram_cycle, npu_hz_, dram_hz_);
  }

 private:
  std::int64_t npu_hz_;
  std::int64_t dram_hz_;
};

}  // namespace npusim::model
