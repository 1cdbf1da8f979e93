// SPDX-License-Identifier: Apache-2.0
// One requantization lane, stage by stage: two barrel shifters on magnitudes, of one multiplexer
// per bit of the shift, with the rounding constant added before the bits are dropped.
#pragma once

#include <cstdint>
#include <vector>

namespace npusim::registers {

/// What a lane's registers hold of one value, with the settings that travel along.
struct LaneValue {
  std::int64_t address = 0;  // where the code goes
  std::int32_t multiplier = 0;
  int first_shift = 0;   // in front of the multiplier
  int second_shift = 0;  // behind it
  std::int8_t zero_point = 0, low = 0, high = 0;
  bool negative = false;
  std::uint64_t magnitude = 0;

  void set(std::int64_t value) {
    negative = value < 0;
    magnitude =
        negative ? ~static_cast<std::uint64_t>(value) + 1 : static_cast<std::uint64_t>(value);
  }
};

/// The steps of a lane in their order; a pipeline of D stages does them in D groups.
inline constexpr int kLaneSteps = 17;
void lane_step(LaneValue& value, int step);
/// The code, once all steps are done.
std::int8_t lane_code(const LaneValue& value);

/// `depth` stages of registers for all lanes. What enters leaves `depth` cycles later.
class LanePipeline {
 public:
  explicit LanePipeline(std::int64_t depth) : stages_(static_cast<std::size_t>(depth)) {}

  /// One edge: takes what enters in this cycle, returns what is written in it.
  std::vector<LaneValue> step(std::vector<LaneValue> entering);

 private:
  std::vector<std::vector<LaneValue>> stages_;
};

}  // namespace npusim::registers
