// SPDX-License-Identifier: Apache-2.0
#include "tests/oracle/mac_array.h"

namespace npusim::oracle {

void MacArray::tick() {
  if (fold_ == folds_.size()) {
    if (!start_next()) return wait_or_idle();
    folds_ = folds_of(hardware(), fields<isa::Matmul>());
    fold_ = 0;
  }
  if (!streaming_) {
    const stats::Activity waits = begin_fold();
    if (waits != stats::Activity::busy) return spend(waits);
  }
  if (!machine_.activations.access()) return spend(stats::Activity::port);
  --left_.slots;
  spend(left_.busy_slots > 0 ? stats::Activity::busy : stats::Activity::feeder);
  if (left_.busy_slots > 0) --left_.busy_slots;
  if (left_.slots == 0) end_fold(machine_.now + 1);
}

stats::Activity MacArray::begin_fold() {
  if (!machine_.semaphores.take(1U << isa::kShadowFull)) return stats::Activity::shadow_full;
  streaming_ = true;
  left_ = folds_[fold_];
  if (hardware().mac_array.overlap_weight_load) {
    machine_.semaphores.post(1U << isa::kShadowFree, machine_.now);
  }
  return stats::Activity::busy;
}

void MacArray::end_fold(Cycle end) {
  const Cycle drained = end + hardware().mac_array.rows + hardware().mac_array.columns - 2;
  if (!hardware().mac_array.overlap_weight_load) {
    machine_.semaphores.post(1U << isa::kShadowFree, drained);
  }
  streaming_ = false;
  if (++fold_ < folds_.size()) return;
  freed(end);
  done(current_, drained);
}

}  // namespace npusim::oracle
