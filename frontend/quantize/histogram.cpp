// SPDX-License-Identifier: Apache-2.0
#include "frontend/quantize/histogram.h"

#include <cmath>
#include <cstring>

namespace npusim::quantize {
namespace {

constexpr std::uint32_t kDroppedBits = 13;  // of the 23 of a float's mantissa
constexpr std::uint32_t kIndexBits = 10;    // left to count with
static_assert(1 << kIndexBits == Histogram::kBinsPerOctave);

// Where bin `index` of a sign begins. The lowest octave holds the subnormal floats: its bins are
// as wide as those of the octave above.
double edge(std::int32_t index) {
  constexpr int kLeastExponent = -126 - static_cast<int>(kIndexBits);
  const std::int32_t octave = index / Histogram::kBinsPerOctave;
  const std::int32_t step = index % Histogram::kBinsPerOctave;
  if (octave == 0) return std::ldexp(step, kLeastExponent);
  return std::ldexp(Histogram::kBinsPerOctave + step, kLeastExponent + octave - 1);
}

}  // namespace

void Histogram::add(const float* values, std::int64_t count) {
  if (rows_.empty()) rows_.resize(2 * kOctaves);
  for (std::int64_t i = 0; i < count; ++i) {
    std::uint32_t bits = 0;
    std::memcpy(&bits, values + i, sizeof bits);
    const std::uint32_t index = bits >> kDroppedBits;
    std::vector<std::int64_t>& row = rows_[index >> kIndexBits];
    if (row.empty()) row.resize(kBinsPerOctave);
    ++row[index & (kBinsPerOctave - 1)];
  }
}

std::vector<Histogram::Bin> Histogram::side(std::size_t first_row) const {
  std::vector<Bin> bins;
  if (rows_.empty()) return bins;
  for (std::size_t octave = 0; octave < kOctaves; ++octave) {
    const std::vector<std::int64_t>& row = rows_[first_row + octave];
    for (std::size_t i = 0; i < row.size(); ++i) {
      const auto index = static_cast<std::int32_t>(octave * kBinsPerOctave + i);
      if (row[i] == 0 || index == 0) continue;
      bins.push_back({index, edge(index), edge(index + 1), row[i]});
    }
  }
  return bins;
}

}  // namespace npusim::quantize
