// SPDX-License-Identifier: Apache-2.0
// Which bits flip: every bit of a space on its own with the same probability, in a time that grows
// with the flips and not with the bits.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "sim/faults/fault_site.h"

namespace npusim::faults {

/// Numbers that depend on a key and how many were taken, and on nothing else: splitmix64 (Steele,
/// Lea, Flood 2014) from a state that the key's parts were mixed into.
class Draws {
 public:
  explicit Draws(std::uint64_t key) : state_(key) {}

  std::uint64_t next();
  /// Uniform in (0, 1): an odd multiple of 2^-54.
  double real();
  /// Uniform in [0, count), count at least 1: no value is likelier than another.
  std::int64_t below(std::int64_t count);

 private:
  std::uint64_t state_;
};

/// What a draw is for. The image is that of flips that are drawn anew for each; -1 otherwise.
struct DrawKey {
  std::int64_t seed = 0;
  double rate = 0;
  std::int64_t trial = 0;
  std::int64_t image = -1;
};

/// The numbers of one space under one key, apart from those of all other spaces and keys.
Draws draws_for(const DrawKey& key, const FaultSpace& space);

/// The bits between two that flip. That n or more stay as they are has the probability
/// (1 - rate)^n: the largest n whose power is above a uniform number u is searched for among
/// powers of 1 - rate, so that only multiplications and comparisons decide, the same everywhere.
class Gaps {
 public:
  /// rate: in [0, 1].
  explicit Gaps(double rate);
  /// kNone where it would be 2^62 or more.
  std::int64_t next(Draws& draws) const;
  static constexpr std::int64_t kNone = std::int64_t{1} << 62;

 private:
  std::array<double, 62> powers_{};  // [j]: (1 - rate)^(2^j)
};

/// Appends the sites of the space that flip, ascending by element and bit.
void draw(const FaultSpace& space, const Gaps& gaps, Draws draws, std::vector<FaultSite>& sites);

}  // namespace npusim::faults
