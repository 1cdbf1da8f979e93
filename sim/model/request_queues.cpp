// SPDX-License-Identifier: Apache-2.0
#include "sim/model/request_queues.h"

#include <algorithm>
#include <string>

#include "sim/base/errors.h"

namespace npusim::model {

std::size_t dram_priority(UnitId requester) {
  for (std::size_t level = 0; level < kDramPriority.size(); ++level) {
    if (kDramPriority[level] == requester) return level;
  }
  throw base::InternalError(std::string("DRAM: ") + unit_id_name(requester) + " is no requester");
}

void RequestQueues::push(const BurstRequest& request, std::int64_t visible) {
  queues_[dram_priority(request.requester)].push_back({request, visible});
  first_visible_ = std::min(first_visible_, visible);
}

BurstRequest RequestQueues::take(std::int64_t cycle) {
  std::size_t level = 0;
  while (queues_[level].empty() || queues_[level].front().visible > cycle) ++level;
  const BurstRequest request = queues_[level].front().request;
  queues_[level].pop_front();
  first_visible_ = kNever;
  for (const auto& queue : queues_) {
    if (!queue.empty()) first_visible_ = std::min(first_visible_, queue.front().visible);
  }
  return request;
}

}  // namespace npusim::model
