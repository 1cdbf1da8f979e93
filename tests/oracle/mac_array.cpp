// SPDX-License-Identifier: Apache-2.0
#include "tests/oracle/mac_array.h"

#include <algorithm>

#include "tests/oracle/accesses.h"

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

bool MacArray::may_begin(const Fold& fold) const {
  const config::MacArrayConfig& array = hardware().mac_array;
  const auto& matmul = fields<isa::Matmul>();
  const bool continues_sums =
      matmul.mode != isa::ArrayMode::output_stationary && !(matmul.start_from_bias && fold_ == 0);
  if (continues_sums && machine_.now < sums_back_) return false;
  const Cycle tile_drained =
      tile_end_ + activation_decode(hardware()) + 2 * array.rows + array.columns - 2;
  if (continues_sums && fold_ == 0 && machine_.now < tile_drained) return false;
  if (!array.overlap_drain) return machine_.now >= tile_drained;
  if (!fold.first_of_tile) return true;
  return machine_.now >= tile_end_ + std::max<std::int64_t>(0, array.rows - fold.slots);
}

stats::Activity MacArray::begin_fold() {
  if (!may_begin(folds_[fold_])) return stats::Activity::drain;
  if (!machine_.semaphores.take(1U << isa::kShadowFull)) return stats::Activity::shadow_full;
  streaming_ = true;
  left_ = folds_[fold_];
  if (hardware().mac_array.overlap_weight_load) {
    machine_.semaphores.post(1U << isa::kShadowFree, machine_.now + activation_decode(hardware()));
  }
  return stats::Activity::busy;
}

void MacArray::end_fold(Cycle end) {
  const config::MacArrayConfig& array = hardware().mac_array;
  const Fold& fold = folds_[fold_];
  // The last row's sums: through the array, and behind a tile down the drain registers.
  Cycle drained = end + activation_decode(hardware()) + array.rows + array.columns - 2;
  if (fold.last_of_tile) {
    drained += array.rows;
    tile_end_ = end;
  }
  if (fields<isa::Matmul>().mode != isa::ArrayMode::output_stationary) {
    sums_back_ = end + std::max<std::int64_t>(0, array.rows - fold.busy_slots);
  }
  if (!array.overlap_weight_load) machine_.semaphores.post(1U << isa::kShadowFree, drained);
  streaming_ = false;
  if (++fold_ < folds_.size()) return;
  freed(end);
  last_done_ = std::max(last_done_, drained);
  done(current_, last_done_);
}

}  // namespace npusim::oracle
