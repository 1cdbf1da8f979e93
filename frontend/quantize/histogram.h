// SPDX-License-Identifier: Apache-2.0
// How often which values occurred, in bounded memory and without having seen the range before.
#pragma once

#include <cstdint>
#include <vector>

namespace npusim::quantize {

/// A bin is what a float's sign, exponent and upper 10 bits of the mantissa say: 1024 bins per
/// octave, each 2^-10 of its octave wide, fixed before the first value is seen. Counts are
/// integers, so a histogram depends on the values alone, not on their order or on who counted
/// which; one far value leaves the bins of the others as fine as they were.
///
/// Memory: 8 KiB for each sign and octave that occurs, at most 4 MiB.
class Histogram {
 public:
  /// One of the bins of a sign: the values whose distance from zero is in [low, high).
  struct Bin {
    std::int32_t index = 0;  // position among all bins of the sign: 1024 to an octave
    double low = 0;
    double high = 0;
    std::int64_t count = 0;  // at least 1
    double middle() const { return (low + high) / 2; }
  };
  static constexpr std::int32_t kBinsPerOctave = 1024;

  /// Counts finite values.
  void add(const float* values, std::int64_t count);

  /// The bins that hold values above (or below) zero, from zero outwards. Zeros, and what is below
  /// 2^-136, are in neither: every range represents them.
  std::vector<Bin> positive() const { return side(0); }
  std::vector<Bin> negative() const { return side(kOctaves); }

 private:
  static constexpr std::size_t kOctaves = 256;  // the float's exponents, as stored
  std::vector<Bin> side(std::size_t first_row) const;

  // One row of kBinsPerOctave counts per sign and exponent; empty until a value falls into it.
  std::vector<std::vector<std::int64_t>> rows_;
};

}  // namespace npusim::quantize
