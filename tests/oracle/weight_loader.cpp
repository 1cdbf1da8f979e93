// SPDX-License-Identifier: Apache-2.0
#include "tests/oracle/weight_loader.h"

#include "tests/oracle/accesses.h"
#include "tests/oracle/folds.h"

namespace npusim::oracle {

void WeightLoader::tick() {
  if (fold_ == loads_.size()) {
    if (!start_next()) return wait_or_idle();
    loads_ = loads_of(hardware(), fields<isa::Preload>());
    fold_ = 0;
  }
  if (accesses_left_ == 0) {
    if (!machine_.semaphores.take(1U << isa::kShadowFree)) {
      return spend(stats::Activity::shadow_free);
    }
    accesses_left_ = loads_[fold_];
  }
  if (!machine_.weights.access()) return spend(stats::Activity::port);
  spend(stats::Activity::busy);
  if (--accesses_left_ > 0) return;
  const Cycle end = machine_.now + 1;
  const Cycle loaded = end + weight_decode(hardware());
  machine_.semaphores.post(1U << isa::kShadowFull, loaded);
  if (++fold_ < loads_.size()) return;
  freed(end);
  done(current_, loaded);
}

}  // namespace npusim::oracle
