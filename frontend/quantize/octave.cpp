// SPDX-License-Identifier: Apache-2.0
#include "frontend/quantize/octave.h"

namespace npusim::quantize {
namespace {

// Adding and taking away 1.5 * 2^52 leaves the nearest integer, ties to even, of any |x| < 2^51:
// arith::rne without its branches, so that a compiler can put the candidates into vector lanes.
constexpr double kRounder = 6755399441055744.0;

// Candidates side by side in the lanes: each keeps its own sum in the order of k.
constexpr std::size_t kLanes = 8;

}  // namespace

OctaveErrors octave_errors(const float* row, std::int64_t count, const OctaveUnits& units) {
  double energy = 0;
  for (std::int64_t k = 0; k < count; ++k) {
    energy += static_cast<double>(row[k]) * static_cast<double>(row[k]);
  }
  OctaveErrors errors{};
  for (std::size_t first = 0; first < kOctaveSteps; first += kLanes) {
    std::array<double, kLanes> unit{};
    std::array<double, kLanes> sum{};
    for (std::size_t lane = 0; lane < kLanes; ++lane) unit[lane] = units[first + lane];
    for (std::int64_t k = 0; k < count; ++k) {
      const auto weight = static_cast<double>(row[k]);
      for (std::size_t lane = 0; lane < kLanes; ++lane) {
        const double code = (weight / unit[lane] + kRounder) - kRounder;
        const double difference = weight - unit[lane] * code;
        sum[lane] += difference * difference;
      }
    }
    for (std::size_t lane = 0; lane < kLanes; ++lane) errors[first + lane] = sum[lane] / energy;
  }
  return errors;
}

}  // namespace npusim::quantize
