// SPDX-License-Identifier: Apache-2.0
// Requests that wait for a grant, by priority.
#pragma once

#include <array>
#include <cstdint>

#include "sim/model/cycle.h"
#include "sim/model/fifo.h"
#include "sim/model/memory_port.h"

namespace npusim::model {

/// Highest first; within a requester first come first served.
inline constexpr std::array<UnitId, 4> kDramPriority{UnitId::command_processor, UnitId::dma_in,
                                                     UnitId::dma_out, UnitId::dma_weights};

/// Its place among them. Throws base::InternalError for a unit that is no requester.
std::size_t dram_priority(UnitId requester);

class RequestQueues {
 public:
  /// `visible` is in the cycles of whoever arbitrates, and never decreases for a requester. Throws
  /// base::InternalError for a unit that is no requester.
  void push(const BurstRequest& request, std::int64_t visible);

  bool empty() const { return first_visible_ == kNever; }
  /// kNever where nothing waits.
  std::int64_t first_visible() const { return first_visible_; }
  /// Takes the one of highest priority among those visible in the cycle; there must be one.
  BurstRequest take(std::int64_t cycle);

 private:
  struct Waiting {
    BurstRequest request;
    std::int64_t visible;
  };
  std::array<Fifo<Waiting>, kDramPriority.size()> queues_;
  std::int64_t first_visible_ = kNever;
};

}  // namespace npusim::model
