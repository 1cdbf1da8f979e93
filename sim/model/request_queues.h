// SPDX-License-Identifier: Apache-2.0
// Requests that wait for a grant, by priority.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <limits>

#include "sim/model/memory_port.h"

namespace npusim::model {

inline constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

/// Highest first; within a requester first come first served.
inline constexpr std::array<UnitId, 4> kDramPriority{UnitId::command_processor, UnitId::dma_in,
                                                     UnitId::dma_out, UnitId::dma_weights};

class RequestQueues {
 public:
  /// `visible` is in the cycles of whoever arbitrates, and never decreases for a requester. Throws
  /// base::InternalError for a unit that is no requester.
  void push(const BurstRequest& request, std::int64_t visible);

  bool empty() const;
  /// kNever where nothing waits.
  std::int64_t first_visible() const;
  /// Takes the one of highest priority among those visible in the cycle; there must be one.
  BurstRequest take(std::int64_t cycle);

 private:
  struct Waiting {
    BurstRequest request;
    std::int64_t visible;
  };
  std::array<std::deque<Waiting>, kDramPriority.size()> queues_;
};

}  // namespace npusim::model
