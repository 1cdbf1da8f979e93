// SPDX-License-Identifier: Apache-2.0
#include "tests/registers/lane.h"

#include <algorithm>
#include <utility>

namespace npusim::registers {
namespace {

constexpr int kFirstShifterBits = 5;
constexpr int kSecondShifterBits = 6;

void add_rounding(LaneValue& value, int shift) {
  if (shift > 0) value.magnitude += std::uint64_t{1} << (shift - 1);
}

void shift_by_bit(LaneValue& value, int shift, int bit) {
  if ((shift >> bit & 1) != 0) value.magnitude >>= 1U << static_cast<unsigned>(bit);
}

}  // namespace

void lane_step(LaneValue& value, int step) {
  if (step == 0) return add_rounding(value, value.first_shift);
  step -= 1;
  if (step < kFirstShifterBits) return shift_by_bit(value, value.first_shift, step);
  step -= kFirstShifterBits;
  if (step == 0) {
    value.magnitude *= static_cast<std::uint64_t>(value.multiplier);
    return;
  }
  if (step == 1) return add_rounding(value, value.second_shift);
  step -= 2;
  if (step < kSecondShifterBits) return shift_by_bit(value, value.second_shift, step);
  step -= kSecondShifterBits;
  const std::int64_t sum = value.negative ? -static_cast<std::int64_t>(value.magnitude)
                                          : static_cast<std::int64_t>(value.magnitude);
  switch (step) {
    case 0:
      return value.set(sum + value.zero_point);
    case 1:
      return value.set(std::max<std::int64_t>(sum, value.low));
    default:
      return value.set(std::min<std::int64_t>(sum, value.high));
  }
}

std::int8_t lane_code(const LaneValue& value) {
  const int magnitude = static_cast<int>(value.magnitude);
  return static_cast<std::int8_t>(value.negative ? -magnitude : magnitude);
}

std::vector<LaneValue> LanePipeline::step(std::vector<LaneValue> entering) {
  const int depth = static_cast<int>(stages_.size());
  if (depth == 0) {
    for (LaneValue& value : entering) {
      for (int step = 0; step < kLaneSteps; ++step) lane_step(value, step);
    }
    return entering;
  }
  std::vector<LaneValue> leaving = std::move(stages_.back());
  std::move_backward(stages_.begin(), stages_.end() - 1, stages_.end());
  stages_.front() = std::move(entering);
  for (int stage = 0; stage < depth; ++stage) {
    for (LaneValue& value : stages_[static_cast<std::size_t>(stage)]) {
      for (int step = stage * kLaneSteps / depth; step < (stage + 1) * kLaneSteps / depth; ++step) {
        lane_step(value, step);
      }
    }
  }
  return leaving;
}

}  // namespace npusim::registers
