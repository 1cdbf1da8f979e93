// SPDX-License-Identifier: Apache-2.0
// Whether a Program is right whatever the timing: every two accesses to the same bytes, one of them
// a write, must be ordered by the semaphores and the order of each unit alone.
//
// What orders (docs/timing-model.md, section 1): a unit's instructions, one after another; a post
// behind its instruction, a wait before its own; the k-th wait on a semaphore is served by the k-th
// post, initial counts first. The hand-over of the shadow registers orders fold by fold: a fold's
// first row comes behind the load of its weights, and the load of the next behind that row.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "sim/isa/program.h"

namespace npusim::functional {

inline constexpr std::size_t kMaxRaces = 20;

/// Every fault of a verified Program, at most kMaxRaces; empty: none. A fault is
/// - two unordered accesses (read after write, write after read, write after write) to the same
///   bytes of a scratchpad, the DRAM or the accumulators; a tensor counts as read when it is
///   complete; both instructions and the bytes are named;
/// - a read of bytes that nothing has written;
/// - a wait that the instructions before it do not serve: where there is none of these, the Program
///   ends whatever the depths of the queues.
/// Time: some nanoseconds per byte read or written where tensors lie at odd addresses, less where
/// they share a larger alignment.
std::vector<std::string> find_races(const isa::Program& program);

}  // namespace npusim::functional
