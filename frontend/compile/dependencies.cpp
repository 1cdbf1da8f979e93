// SPDX-License-Identifier: Apache-2.0
#include "frontend/compile/dependencies.h"

#include <algorithm>
#include <iterator>

namespace npusim::compile {
namespace {

void join_indices(UnitIndices& into, const UnitIndices& from) {
  for (std::size_t u = 0; u < into.size(); ++u) into[u] = std::max(into[u], from[u]);
}

}  // namespace

// Cuts a segment in two at `at`, which lies inside; returns the second part.
DependencyTracker::Segments::iterator DependencyTracker::cut(Segments& segments,
                                                             Segments::iterator segment,
                                                             std::uint64_t at) {
  const Segment tail = segment->second;
  segment->second.end = at;
  return segments.emplace_hint(std::next(segment), at, tail);
}

// The first segment at or behind `at`; what lies across it is cut there.
DependencyTracker::Segments::iterator DependencyTracker::first_from(Segments& segments,
                                                                    std::uint64_t at) {
  const auto next = segments.upper_bound(at);
  if (next == segments.begin()) return next;
  const auto segment = std::prev(next);
  if (segment->second.end <= at) return next;
  return segment->first == at ? segment : cut(segments, segment, at);
}

void DependencyTracker::read(Segments& segments, const Access& access, std::size_t unit,
                             DraftIndex index, UnitIndices& needed) {
  std::uint64_t covered = access.begin;
  // Bytes nobody has touched yet: read before written (an input).
  const auto fill = [&](Segments::iterator before, std::uint64_t end) {
    Segment gap;
    gap.end = end;
    gap.readers[unit] = index;
    segments.emplace_hint(before, covered, gap);
  };
  auto segment = first_from(segments, access.begin);
  for (; segment != segments.end() && segment->first < access.end; ++segment) {
    if (segment->second.end > access.end) cut(segments, segment, access.end);
    join_indices(needed, segment->second.writers);
    segment->second.readers[unit] = index;
    if (segment->first > covered) fill(segment, segment->first);
    covered = segment->second.end;
  }
  if (covered < access.end) fill(segment, access.end);
}

void DependencyTracker::write(Segments& segments, const Access& access, std::size_t unit,
                              DraftIndex index, UnitIndices& needed) {
  Segment written;
  written.end = access.end;
  written.writers[unit] = index;
  // Most places are written again as they were before: such a segment stays where it is.
  auto same_begin = segments.end();
  auto segment = first_from(segments, access.begin);
  while (segment != segments.end() && segment->first < access.end) {
    if (segment->second.end > access.end) cut(segments, segment, access.end);
    join_indices(needed, segment->second.writers);
    join_indices(needed, segment->second.readers);
    if (segment->first == access.begin) {
      same_begin = segment++;
    } else {
      segment = segments.erase(segment);
    }
  }
  if (same_begin != segments.end()) {
    same_begin->second = written;
  } else {
    segments.emplace_hint(segment, access.begin, written);
  }
}

UnitIndices DependencyTracker::add(DraftIndex index, isa::Unit unit,
                                   const std::vector<Access>& accesses) {
  UnitIndices needed = kNoUnits;
  const auto u = static_cast<std::size_t>(unit);
  for (const Access& access : accesses) {
    Segments& segments = spaces_[static_cast<std::size_t>(access.space)];
    (access.is_write ? write : read)(segments, access, u, index, needed);
  }
  return needed;
}

}  // namespace npusim::compile
