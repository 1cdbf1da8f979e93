// SPDX-License-Identifier: Apache-2.0
// Vector clocks over the units: what has certainly happened when something else happens.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/isa/instruction.h"

namespace npusim::functional {

/// For every unit the number of the last of its instructions that is known to be done (index in the
/// Program plus 1; 0: none). Units complete in order, so all before that one are done too.
class Clock {
 public:
  std::uint32_t done(isa::Unit unit) const { return done_[static_cast<std::size_t>(unit)]; }
  void set_done(isa::Unit unit, std::uint32_t instruction) {
    auto& done = done_[static_cast<std::size_t>(unit)];
    done = std::max(done, instruction + 1);
  }
  void join(const Clock& other) {
    for (std::size_t u = 0; u < done_.size(); ++u) done_[u] = std::max(done_[u], other.done_[u]);
  }

 private:
  std::array<std::uint32_t, isa::kUnits> done_ = {};
};

/// Who accesses a cell: an instruction, or nobody, or the image and the inputs.
using AccessorId = std::uint32_t;
inline constexpr AccessorId kNobody = 0;
inline constexpr AccessorId kInitial = 1;
inline AccessorId accessor_id(std::uint32_t instruction) { return instruction + 2; }
inline std::uint32_t instruction_of(AccessorId id) { return id - 2; }

/// An instruction at the moment of an access.
struct Moment {
  std::uint32_t instruction = 0;
  isa::Unit unit = isa::Unit::dma_in;
  const Clock* clock = nullptr;
  const std::vector<isa::Unit>* units = nullptr;  // of every instruction

  /// Whether an earlier access by `other` is certainly done at this moment.
  bool is_after(AccessorId other) const {
    if (other <= kInitial) return true;
    const std::uint32_t index = instruction_of(other);
    if (index > instruction) return false;  // a deferred access met one of a later instruction
    const isa::Unit owner = (*units)[index];
    return owner == unit || clock->done(owner) > index;
  }
};

}  // namespace npusim::functional
