// SPDX-License-Identifier: Apache-2.0
// The project's one loop over independent items on several threads.
//
// Why not a library's: none that Debian has promises which failure is thrown when several items
// fail (oneTBB, std::execution and OpenMP cancel or terminate), and what a user reads must not
// depend on the number of threads. Threads are started per loop, about 20 us each: a loop is for
// milliseconds of work.
#pragma once

#include <cstdint>
#include <functional>

namespace npusim::base {

/// What is done with one item.
using ItemWork = std::function<void(std::int64_t item)>;

/// Does `work` once with every item of [0, count), on at most `threads` threads, the calling one
/// among them; never on more than there are items, and on fewer where the system has no thread
/// left. Items are begun in ascending order; results are the same for any number of threads if each
/// item writes places of its own.
///
/// An item that throws ends the loop: items below it are finished, above it none is begun any more,
/// and what the lowest of all that failed has thrown is thrown again once all threads have stopped.
/// count <= 0: nothing. threads < 1 counts as 1.
void parallel_for(std::int64_t count, int threads, const ItemWork& work);

/// The same where a thread needs state of its own: make_work is called at most once per thread,
/// from that thread, and its result is shown that thread's items. What make_work throws comes
/// before what any item throws.
void parallel_for_with(std::int64_t count, int threads, const std::function<ItemWork()>& make_work);

}  // namespace npusim::base
