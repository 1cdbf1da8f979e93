// SPDX-License-Identifier: Apache-2.0
#include "sim/faults/draw.h"

#include <cstring>

namespace npusim::faults {
namespace {

constexpr std::uint64_t kStep = 0x9e3779b97f4a7c15;

std::uint64_t mixed(std::uint64_t value) {
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
  value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
  return value ^ (value >> 31);
}

}  // namespace

std::uint64_t Draws::next() {
  state_ += kStep;
  return mixed(state_);
}

double Draws::real() {
  constexpr double kUnit = 1.0 / 18014398509481984.0;  // 2^-54
  return static_cast<double>(2 * (next() >> 11) + 1) * kUnit;
}

std::int64_t Draws::below(std::int64_t count) {
  const auto range = static_cast<std::uint64_t>(count);
  // The numbers below 2^64 mod range would make small results likelier.
  const std::uint64_t least = (0 - range) % range;
  std::uint64_t number = next();
  while (number < least) number = next();
  return static_cast<std::int64_t>(number % range);
}

Draws draws_for(const DrawKey& key, const FaultSpace& space) {
  std::uint64_t rate_bits = 0;
  static_assert(sizeof rate_bits == sizeof key.rate);
  std::memcpy(&rate_bits, &key.rate, sizeof rate_bits);
  std::uint64_t state = 0;
  for (const std::uint64_t part :
       {static_cast<std::uint64_t>(key.seed), rate_bits, static_cast<std::uint64_t>(key.trial),
        static_cast<std::uint64_t>(key.image), static_cast<std::uint64_t>(space.kind),
        static_cast<std::uint64_t>(space.field), static_cast<std::uint64_t>(space.layer)}) {
    state = mixed((state ^ part) + kStep);
  }
  return Draws(state);
}

Gaps::Gaps(double rate) {
  double power = 1 - rate;
  for (double& held : powers_) {
    held = power;
    power *= power;
  }
}

std::int64_t Gaps::next(Draws& draws) const {
  if (powers_[0] >= 1) return kNone;
  const double u = draws.real();
  std::int64_t gap = 0;
  double power = 1;
  for (std::size_t j = powers_.size(); j-- > 0;) {
    if (power * powers_[j] <= u) continue;
    power *= powers_[j];
    gap += std::int64_t{1} << j;
  }
  return gap;
}

void draw(const FaultSpace& space, const Gaps& gaps, Draws draws, std::vector<FaultSite>& sites) {
  const std::int64_t bits = space.bits();
  for (std::int64_t bit = 0;; ++bit) {
    const std::int64_t gap = gaps.next(draws);
    if (gap >= bits - bit) return;
    bit += gap;
    sites.push_back(space.site(bit));
  }
}

}  // namespace npusim::faults
