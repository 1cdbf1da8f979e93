// SPDX-License-Identifier: Apache-2.0
#include "tests/oracle/semaphores.h"

#include <algorithm>

#include "sim/base/errors.h"

namespace npusim::oracle {

Semaphores::Semaphores(const isa::Program& program) : program_(&program) {
  for (std::size_t s = 0; s < program.semaphores.size(); ++s) {
    counts_[s] = program.semaphores[s].initial;
    if (counts_[s] > 0) available_ |= std::uint32_t{1} << s;
  }
}

void Semaphores::add(std::uint32_t mask) {
  available_ |= mask;
  for (std::size_t s = 0; mask != 0; ++s, mask >>= 1) counts_[s] += mask & 1;
}

void Semaphores::begin_cycle(Cycle now) {
  now_ = now;
  if (posts_.empty()) return;
  const auto due = [now](const Post& post) { return post.visible <= now; };
  for (const Post& post : posts_) {
    if (due(post)) add(post.mask);
  }
  posts_.erase(std::remove_if(posts_.begin(), posts_.end(), due), posts_.end());
}

void Semaphores::post(std::uint32_t mask, Cycle visible) {
  if (mask == 0) return;
  if (visible <= now_) {
    add(mask);
  } else {
    posts_.push_back({mask, visible});
  }
}

bool Semaphores::take(std::uint32_t mask) {
  if ((available_ & mask) != mask) return false;
  for (std::size_t s = 0; mask != 0; ++s, mask >>= 1) {
    if ((mask & 1) == 0) continue;
    if (--counts_[s] == 0) available_ &= ~(std::uint32_t{1} << s);
  }
  return true;
}

isa::Unit Semaphores::missing_poster(std::uint32_t mask) const {
  const std::uint32_t missing = mask & ~available_;
  for (std::size_t s = 0; s < program_->semaphores.size(); ++s) {
    if ((missing >> s & 1) != 0) return program_->semaphores[s].poster;
  }
  throw base::InternalError("oracle: no semaphore is missing");
}

}  // namespace npusim::oracle
