// SPDX-License-Identifier: Apache-2.0
// A second reading of rules 2 to 8 for one layer, as plain as it goes: no code shared with
// frontend/quantize or sim/arith, every rule restated from docs/arithmetic.md.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace npusim::quantize::test {

struct PlainProblem {
  std::string scheme;
  int field_bits = 4, weight_bits = 8, accumulator_bits = 32, multiplier_bits = 31;
  bool bias_correction = true, padded = false, symmetric = true;
  std::int64_t groups = 1;
  double s_x = 1, s_y = 1;
  int z_x = 0, x_low = -128, x_high = 127;
  std::vector<std::vector<float>> weights;       // [out channel][k]
  std::vector<float> bias;                       // [out channel]
  std::vector<std::vector<double>> input_means;  // [group][k]
};

struct PlainSolution {
  bool refused = false;
  std::vector<std::vector<int>> codes;
  std::vector<std::int64_t> bias;
  std::vector<int> channel_shifts;  // s_c, always one per channel
  std::vector<double> scales;       // s_w, always one per channel
  int zero_point = 0;               // z_w
  std::vector<std::int64_t> multipliers, shifts;
  int safe_accumulator_bits = 0;
};

PlainSolution solve_plainly(const PlainProblem& problem);

}  // namespace npusim::quantize::test
