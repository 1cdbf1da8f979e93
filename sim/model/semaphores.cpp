// SPDX-License-Identifier: Apache-2.0
#include "sim/model/semaphores.h"

#include "sim/base/errors.h"

namespace npusim::model {
namespace {

int lowest_bit(std::uint32_t mask) { return __builtin_ctz(mask); }

}  // namespace

Semaphores::Semaphores(const std::vector<isa::Semaphore>& semaphores) : semaphores_(&semaphores) {
  for (std::size_t s = 0; s < semaphores.size(); ++s) counts_.at(s) = semaphores[s].initial;
}

int Semaphores::lowest_missing(std::uint32_t mask) const {
  for (; mask != 0; mask &= mask - 1) {
    if (counts_[index(lowest_bit(mask))] == 0) return lowest_bit(mask);
  }
  return -1;
}

void Semaphores::take(std::uint32_t mask) {
  if (const int missing = lowest_missing(mask); missing >= 0) {
    throw base::InternalError("semaphore " + std::to_string(missing) + " is taken at 0");
  }
  for (; mask != 0; mask &= mask - 1) --counts_[index(lowest_bit(mask))];
}

void Semaphores::post(std::uint32_t mask) {
  for (; mask != 0; mask &= mask - 1) {
    const std::size_t s = index(lowest_bit(mask));
    ++counts_[s];
    const isa::Unit waiter = (*semaphores_)[s].waiter;
    const bool wanted = (wanted_[static_cast<std::size_t>(waiter)] & mask & -mask) != 0;
    if (wanted) posted(waiter).notify(sc_core::SC_ZERO_TIME);
  }
}

}  // namespace npusim::model
