// SPDX-License-Identifier: Apache-2.0
#include "sim/model/request_queues.h"

#include <algorithm>
#include <string>

#include "sim/base/errors.h"

namespace npusim::model {

void RequestQueues::push(const BurstRequest& request, std::int64_t visible) {
  const auto* found = std::find(kDramPriority.begin(), kDramPriority.end(), request.requester);
  if (found == kDramPriority.end()) {
    throw base::InternalError(std::string("DRAM: ") + unit_id_name(request.requester) +
                              " is no requester");
  }
  queues_[static_cast<std::size_t>(found - kDramPriority.begin())].push_back({request, visible});
}

bool RequestQueues::empty() const { return first_visible() == kNever; }

std::int64_t RequestQueues::first_visible() const {
  std::int64_t visible = kNever;
  for (const auto& queue : queues_) {
    if (!queue.empty()) visible = std::min(visible, queue.front().visible);
  }
  return visible;
}

BurstRequest RequestQueues::take(std::int64_t cycle) {
  std::size_t level = 0;
  while (queues_[level].empty() || queues_[level].front().visible > cycle) ++level;
  const BurstRequest request = queues_[level].front().request;
  queues_[level].pop_front();
  return request;
}

}  // namespace npusim::model
