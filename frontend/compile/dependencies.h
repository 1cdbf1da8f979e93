// SPDX-License-Identifier: Apache-2.0
// Which earlier instructions an instruction must wait for, from the regions they read and write.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <vector>

#include "frontend/compile/draft.h"

namespace npusim::compile {

// For every unit, the last instruction (draft index) of that unit to wait for; -1 for none. Units
// complete in order, so the last implies the others.
using UnitIndices = std::array<DraftIndex, isa::kUnits>;
inline constexpr UnitIndices kNoUnits = {-1, -1, -1, -1, -1, -1, -1};

// Last writer and last readers of every byte, as disjoint segments; add() is called in program
// order.
class DependencyTracker {
 public:
  UnitIndices add(DraftIndex index, isa::Unit unit, const std::vector<Access>& accesses);

 private:
  struct Segment {
    std::uint64_t end = 0;
    UnitIndices writers = kNoUnits;
    UnitIndices readers = kNoUnits;
  };
  using Segments = std::map<std::uint64_t, Segment>;  // by begin

  static Segments::iterator cut(Segments& segments, Segments::iterator segment, std::uint64_t at);
  static Segments::iterator first_from(Segments& segments, std::uint64_t at);
  static void read(Segments& segments, const Access& access, std::size_t unit, DraftIndex index,
                   UnitIndices& needed);
  static void write(Segments& segments, const Access& access, std::size_t unit, DraftIndex index,
                    UnitIndices& needed);

  std::array<Segments, kSpaces> spaces_;
};

}  // namespace npusim::compile
