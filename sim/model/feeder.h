// SPDX-License-Identifier: Apache-2.0
// The feeder: how many slots the input rows of a fold take. Section 6 of docs/timing-model.md; pure
// functions of the instruction.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/config/hardware_config.h"
#include "sim/isa/folds.h"

namespace npusim::model {

/// Slots of the fold, one of the instruction's; at least isa::busy_cycles.
///
/// Equals what section 6 says row by row; it is fast because the words that a row touches depend
/// only on where its first byte lies within a word, so rows are counted, not walked.
std::int64_t fold_slots(const config::HardwareConfig& hardware, const isa::Matmul& matmul,
                        const isa::Fold& fold);

/// The same, remembered: the instructions of a layer differ from one another in where their bytes
/// lie and little else, and the slots depend on where in a word they begin. A fold costs as much as
/// the last one of its kind did.
class FoldSlots {
 public:
  explicit FoldSlots(const config::HardwareConfig& hardware);

  std::int64_t operator()(const isa::Matmul& matmul, const isa::Fold& fold);

 private:
  // All that the slots depend on.
  static constexpr std::size_t kKeyWords = 24;
  using Key = std::array<std::uint32_t, kKeyWords>;
  struct Known {
    Key key{};  // all 0 is no fold's
    std::int64_t slots = 0;
  };
  Key key_of(const isa::Matmul& matmul, const isa::Fold& fold) const;

  const config::HardwareConfig& hardware_;
  std::vector<Known> known_;  // by a hash of the key; the last one counts
};

}  // namespace npusim::model
