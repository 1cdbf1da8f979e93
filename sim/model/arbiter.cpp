// SPDX-License-Identifier: Apache-2.0
#include "sim/model/arbiter.h"

#include <algorithm>

#include "sim/base/errors.h"
#include "sim/model/cycle.h"

namespace npusim::model {

Arbiter::Arbiter(std::string name, Channel& channel, const OtherMasters& masters)
    : name_(std::move(name)), channel_(channel), masters_(masters) {}

std::int64_t Arbiter::earliest_grant() const {
  return std::max(channel_.free_from(), channel_.first_visible());
}

std::int64_t Arbiter::next_grant() const {
  const std::int64_t waiting = channel_.first_visible();
  if (waiting == kNever) return kNever;
  return std::max(channel_.free_from(), std::min(waiting, masters_.visible()));
}

void Arbiter::advance(std::int64_t known) {
  for (std::int64_t cycle = next_grant(); cycle != kNever; cycle = next_grant()) {
    const bool other = masters_.visible() <= cycle;
    // Others come first, so nothing that is not known yet can take the first free cycle from them.
    const bool decided = cycle < known || (other && cycle == channel_.free_from());
    if (!decided) return;
    if (other) {
      check_wait(cycle);
      serve_other(cycle);
    } else {
      last_grant_ = channel_.serve(cycle, std::min(known, masters_.visible()));
    }
  }
}

void Arbiter::finish(std::int64_t end) {
  while (masters_.visible() != kNever) {
    const std::int64_t cycle = std::max(channel_.free_from(), masters_.visible());
    if (cycle >= end) return;
    serve_other(cycle);
  }
}

void Arbiter::serve_other(std::int64_t cycle) {
  channel_.serve_other(masters_.place(), cycle);
  masters_.pop();
  ++other_requests_;
}

void Arbiter::check_wait(std::int64_t cycle) const {
  // A request of low priority may wait for the NPU's own, too: that is not the others' doing.
  const std::int64_t waited = cycle - std::max(channel_.first_visible(), last_grant_);
  if (waited <= masters_.longest_wait_cycles()) return;
  throw base::SimulationError(
      "hardware: dram.other_masters.share_percent: " + name_ + " has served others for " +
      std::to_string(waited) +
      " cycles while requests of the NPU wait: it must be less than what the channel can give "
      "where every 16 requests open a row (a longer dram.timing.lookahead gives more)");
}

}  // namespace npusim::model
