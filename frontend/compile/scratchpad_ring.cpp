// SPDX-License-Identifier: Apache-2.0
#include "frontend/compile/scratchpad_ring.h"

#include <algorithm>

#include "sim/base/errors.h"

namespace npusim::compile {

ScratchpadRing::ScratchpadRing(std::int64_t begin, std::int64_t bytes)
    : begin_(begin), end_(begin + bytes), next_(begin) {}

ScratchpadRing::Place ScratchpadRing::place(graph::NodeId node, std::size_t index,
                                            std::int64_t bytes) {
  if (bytes > end_ - begin_)
    throw base::InternalError("a block exceeds its region of the weight scratchpad");
  // What is asked for came last, or not long before.
  const auto found = std::find_if(entries_.rbegin(), entries_.rend(), [&](const Entry& entry) {
    return entry.node == node && entry.index == index;
  });
  if (found != entries_.rend()) return {found->begin, true};
  if (bytes > end_ - next_) next_ = begin_;
  const Entry placed{node, index, next_, next_ + bytes};
  const auto kept = std::remove_if(entries_.begin(), entries_.end(), [&](const Entry& e) {
    return e.begin < placed.end && placed.begin < e.end;
  });
  has_replaced_ = has_replaced_ || kept != entries_.end();
  entries_.erase(kept, entries_.end());
  entries_.push_back(placed);
  next_ = placed.end;
  return {placed.begin, false};
}

void ScratchpadRing::restart() {
  if (!has_replaced_) return;
  entries_.clear();
  next_ = begin_;
}

void ScratchpadRing::keep_together(std::int64_t bytes) {
  if (bytes <= end_ - begin_ && bytes > end_ - next_) next_ = begin_;
}

}  // namespace npusim::compile
