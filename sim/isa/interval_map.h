// SPDX-License-Identifier: Apache-2.0
// Values on ranges of addresses that do not overlap; a later value takes the place of earlier ones.
#pragma once

#include <cstdint>
#include <map>

namespace npusim::isa {

template <typename Value>
class IntervalMap {
 public:
  struct Interval {
    std::uint64_t end = 0;
    Value value;
  };

  /// [begin, end) has that value from now on; an empty range is nothing.
  void assign(std::uint64_t begin, std::uint64_t end, const Value& value) {
    if (begin >= end) return;
    erase(begin, end);
    intervals_[begin] = {end, value};
  }

  void erase(std::uint64_t begin, std::uint64_t end) {
    split(begin);
    split(end);
    intervals_.erase(intervals_.lower_bound(begin), intervals_.lower_bound(end));
  }

  /// nullptr: no value there.
  const Value* find(std::uint64_t address) const {
    auto at = intervals_.upper_bound(address);
    if (at == intervals_.begin()) return nullptr;
    --at;
    return address < at->second.end ? &at->second.value : nullptr;
  }

  /// visit(begin, end, value) for what lies in [begin, end), cut to it, ascending.
  template <typename Visit>
  void visit(std::uint64_t begin, std::uint64_t end, Visit visit) const {
    auto at = intervals_.upper_bound(begin);
    if (at != intervals_.begin()) --at;
    for (; at != intervals_.end() && at->first < end; ++at) {
      const std::uint64_t from = at->first < begin ? begin : at->first;
      const std::uint64_t to = at->second.end > end ? end : at->second.end;
      if (from < to) visit(from, to, at->second.value);
    }
  }

  const std::map<std::uint64_t, Interval>& intervals() const { return intervals_; }

 private:
  /// Makes two intervals of one that `address` lies within.
  void split(std::uint64_t address) {
    auto at = intervals_.lower_bound(address);
    if (at == intervals_.begin()) return;
    --at;
    if (at->second.end <= address) return;
    intervals_[address] = at->second;
    at->second.end = address;
  }

  std::map<std::uint64_t, Interval> intervals_;  // by their begin
};

}  // namespace npusim::isa
