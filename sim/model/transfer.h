// SPDX-License-Identifier: Apache-2.0
// A DMA transfer as a queue of bursts that all cost the same for a while.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "sim/isa/instruction.h"
#include "sim/model/burst_cutter.h"
#include "sim/stats/accesses.h"

namespace npusim::model {

/// Accesses that a range of a scratchpad takes: section 4 of docs/timing-model.md.
class RangeAccesses {
 public:
  /// Lines of so many bytes: the weight scratchpad.
  static RangeAccesses lines(std::int64_t bytes) { return {0, bytes}; }
  /// The same for writing, where so many bytes can only be written together.
  RangeAccesses writing(std::int64_t together_bytes) const {
    RangeAccesses writes = *this;
    writes.together_bytes_ = together_bytes;
    return writes;
  }
  /// `banks` words (of a power of two of bytes) at a time: the activation scratchpad.
  static RangeAccesses words(std::int64_t word_bytes, std::int64_t banks) {
    return {word_bytes, banks};
  }

  /// bytes >= 1.
  std::int64_t operator()(std::int64_t address, std::int64_t bytes) const {
    return stats::write_accesses(plain(address, bytes),
                                 stats::partial_words(address, bytes, together_bytes_));
  }
  /// Whether ranges of the same length that lie `step` bytes apart take the same.
  bool same_after(std::int64_t step) const {
    return (word_bytes_ == 0 || step % word_bytes_ == 0) && step % together_bytes_ == 0;
  }

 private:
  RangeAccesses(std::int64_t word_bytes, std::int64_t divisor)
      : word_bytes_(word_bytes), divisor_(divisor) {}

  std::int64_t plain(std::int64_t address, std::int64_t bytes) const {
    if (word_bytes_ == 0) return (bytes + divisor_ - 1) / divisor_;
    const std::int64_t words = (address + bytes - 1) / word_bytes_ - address / word_bytes_ + 1;
    return words <= divisor_ ? 1 : (words + divisor_ - 1) / divisor_;
  }

  std::int64_t word_bytes_;  // 0: lines
  std::int64_t divisor_;
  std::int64_t together_bytes_ = 1;
};

/// So many bursts of a transfer one behind the other, of the same length and the same accesses.
struct BurstRun {
  std::int64_t count;
  std::int64_t bytes;
  std::int64_t accesses;
};

/// The bursts of one transfer that are left.
class Transfer {
 public:
  Transfer() = default;
  /// `cycle`: of its start.
  Transfer(std::size_t instruction, const isa::Dma& dma, std::int64_t burst_bytes,
           const RangeAccesses& accesses, std::int64_t cycle);

  std::size_t instruction() const { return instruction_; }
  std::int64_t start() const { return start_; }
  /// Bursts, in all and of the run at hand (0 and nothing of it when all are gone).
  std::int64_t left() const { return left_; }
  const BurstRun& run() const { return run_; }
  /// The first `count` <= run().count of them are gone.
  void take(std::int64_t count);

 private:
  void next_run();

  std::size_t instruction_ = 0;
  std::int64_t burst_bytes_ = 1;
  RangeAccesses accesses_ = RangeAccesses::lines(1);
  std::int64_t start_ = 0;
  std::int64_t left_ = 0;
  BurstRun run_{};
  BurstCutter cutter_;
};

}  // namespace npusim::model
