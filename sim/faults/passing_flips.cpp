// SPDX-License-Identifier: Apache-2.0
#include "sim/faults/passing_flips.h"

#include <algorithm>
#include <utility>

namespace npusim::faults {
namespace {

struct ByInstruction {
  template <typename Flip>
  bool operator()(const Flip& a, const Flip& b) const {
    return a.instruction < b.instruction;
  }
  template <typename Flip>
  bool operator()(const Flip& flip, std::size_t instruction) const {
    return flip.instruction < instruction;
  }
};

/// Calls visit with each of the instruction's flips.
template <typename Flip, typename Visit>
void visit_flips(const std::vector<Flip>& flips, std::size_t instruction, const Visit& visit) {
  auto flip = std::lower_bound(flips.begin(), flips.end(), instruction, ByInstruction());
  for (; flip != flips.end() && flip->instruction == instruction; ++flip) visit(*flip);
}

}  // namespace

PassingFlips::PassingFlips(std::vector<AccumulatorFlip> accumulators,
                           std::vector<ActivationFlip> activations)
    : accumulators_(std::move(accumulators)), activations_(std::move(activations)) {
  std::stable_sort(accumulators_.begin(), accumulators_.end(), ByInstruction());
  std::stable_sort(activations_.begin(), activations_.end(), ByInstruction());
}

void PassingFlips::flip_accumulators(std::size_t instruction, std::int32_t* accumulators,
                                     std::int64_t array_columns,
                                     std::int64_t accumulator_bits) const {
  visit_flips(accumulators_, instruction, [&](const AccumulatorFlip& flip) {
    std::int32_t& sum = accumulators[flip.row * array_columns + flip.column];
    const auto unused = static_cast<int>(32 - accumulator_bits);
    const std::uint32_t flipped = static_cast<std::uint32_t>(sum) ^ std::uint32_t{1} << flip.bit;
    sum = static_cast<std::int32_t>(flipped << unused) >> unused;
  });
}

void PassingFlips::flip_activations(std::size_t instruction, std::int8_t* scratchpad) const {
  visit_flips(activations_, instruction, [&](const ActivationFlip& flip) {
    std::int8_t& code = scratchpad[flip.address];
    code = static_cast<std::int8_t>(static_cast<std::uint8_t>(code) ^ 1U << flip.bit);
  });
}

}  // namespace npusim::faults
