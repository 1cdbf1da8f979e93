// SPDX-License-Identifier: Apache-2.0
#include "frontend/compile/dependencies.h"

#include <algorithm>

namespace npusim::compile {
namespace {

void join(UnitIndices& into, const UnitIndices& from) {
  for (std::size_t u = 0; u < into.size(); ++u) into[u] = std::max(into[u], from[u]);
}

}  // namespace

void DependencyTracker::split(Segments& segments, std::uint64_t at) {
  auto next = segments.upper_bound(at);
  if (next == segments.begin()) return;
  auto segment = std::prev(next);
  if (segment->first == at || segment->second.end <= at) return;
  Segment tail = segment->second;
  segment->second.end = at;
  segments.emplace_hint(next, at, tail);
}

UnitIndices DependencyTracker::add(DraftIndex index, isa::Unit unit,
                                   const std::vector<Access>& accesses) {
  UnitIndices needed = kNoUnits;
  const auto u = static_cast<std::size_t>(unit);
  for (const Access& access : accesses) {
    Segments& segments = spaces_[static_cast<std::size_t>(access.space)];
    split(segments, access.begin);
    split(segments, access.end);
    auto segment = segments.lower_bound(access.begin);
    std::uint64_t covered = access.begin;
    while (segment != segments.end() && segment->first < access.end) {
      join(needed, segment->second.writers);
      if (access.is_write) {
        join(needed, segment->second.readers);
        segment = segments.erase(segment);
        continue;
      }
      segment->second.readers[u] = index;
      if (segment->first >
          covered) {  // bytes nobody has touched yet: read before written (an input)
        Segment gap;
        gap.end = segment->first;
        gap.readers[u] = index;
        segments.emplace(covered, gap);
      }
      covered = segment->second.end;
      ++segment;
    }
    if (access.is_write) {
      Segment written;
      written.end = access.end;
      written.writers[u] = index;
      segments.emplace(access.begin, written);
    } else if (covered < access.end) {
      Segment gap;
      gap.end = access.end;
      gap.readers[u] = index;
      segments.emplace(covered, gap);
    }
  }
  return needed;
}

}  // namespace npusim::compile
