// SPDX-License-Identifier: Apache-2.0
#include "sim/faults/draw.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace npusim::faults {
namespace {

constexpr FaultSpace kSpace{FaultKind::weights, ParameterField::bias, 3, 1000, 8};

std::vector<FaultSite> drawn(const FaultSpace& space, const DrawKey& key) {
  std::vector<FaultSite> sites;
  draw(space, Gaps(key.rate), draws_for(key, space), sites);
  return sites;
}

std::int64_t number(const FaultSite& site) { return site.element * 8 + site.bit; }

TEST(DrawTest, RateZeroFlipsNothingAndRateOneEverything) {
  EXPECT_TRUE(drawn(kSpace, {1, 0.0, 0, -1}).empty());
  const auto all = drawn(kSpace, {1, 1.0, 0, -1});
  ASSERT_EQ(all.size(), 8000U);
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(number(all[i]), static_cast<std::int64_t>(i));
    EXPECT_EQ(all[i].layer, 3);
    EXPECT_EQ(all[i].kind, FaultKind::weights);
  }
}

// Pinned: a draw is the same on every machine, and nothing else in the key's place gives it.
TEST(DrawTest, DependsOnTheKeyAlone) {
  const DrawKey key{7, 1e-2, 3, 5};
  const auto sites = drawn(kSpace, key);
  EXPECT_EQ(drawn(kSpace, key), sites);
  ASSERT_GE(sites.size(), 3U);
  FaultSpace other = kSpace;
  other.layer = 4;
  EXPECT_NE(drawn(other, key).front().element, sites.front().element);
  for (const DrawKey& changed : {DrawKey{8, 1e-2, 3, 5}, DrawKey{7, 1.1e-2, 3, 5},
                                 DrawKey{7, 1e-2, 4, 5}, DrawKey{7, 1e-2, 3, 6}}) {
    EXPECT_FALSE(drawn(kSpace, changed) == sites);
  }
}

TEST(DrawTest, SitesAscendAndStayInside) {
  for (const double rate : {1e-3, 0.1, 0.5, 0.99}) {
    std::int64_t last = -1;
    for (const FaultSite& site : drawn(kSpace, {2, rate, 0, -1})) {
      EXPECT_GT(number(site), last);
      last = number(site);
    }
    EXPECT_LT(last, kSpace.bits());
  }
}

// Of n draws of m bits, flips are binomial: their mean within 4 standard errors, and their variance
// within 15 %, four times what it deviates by at 3,000 draws.
TEST(DrawTest, FlipsAreBinomial) {
  constexpr std::int64_t kTrials = 3000;
  for (const double rate : {1e-4, 1e-3, 0.02, 0.5}) {
    double sum = 0;
    double squares = 0;
    for (std::int64_t trial = 0; trial < kTrials; ++trial) {
      const auto flips = static_cast<double>(
          drawn({FaultKind::weights, {}, 0, 500, 8}, {5, rate, trial, -1}).size());
      sum += flips;
      squares += flips * flips;
    }
    const double mean = sum / kTrials;
    const double variance = squares / kTrials - mean * mean;
    const double wanted = 4000 * rate;
    const double wanted_variance = wanted * (1 - rate);
    EXPECT_NEAR(mean, wanted, 4 * std::sqrt(wanted_variance / kTrials)) << rate;
    EXPECT_NEAR(variance / wanted_variance, 1, 0.15) << rate;
  }
}

// Every bit as often as any other: chi square over 64 bits, 63 degrees of freedom, below the 99.99
// % quantile (112).
TEST(DrawTest, NoBitIsLikelier) {
  const FaultSpace space{FaultKind::parameters, ParameterField::shift, 1, 8, 8};
  std::vector<double> hits(64);
  double all = 0;
  for (std::int64_t trial = 0; trial < 20000; ++trial) {
    for (const FaultSite& site : drawn(space, {11, 0.01, trial, 0})) {
      ++hits[static_cast<std::size_t>(number(site))];
      ++all;
    }
  }
  double chi_square = 0;
  for (const double count : hits)
    chi_square += (count - all / 64) * (count - all / 64) / (all / 64);
  EXPECT_LT(chi_square, 112);
  EXPECT_GT(chi_square, 25);
}

TEST(DrawTest, NumbersBelowAreUniform) {
  Draws draws(99);
  std::vector<int> hits(7);
  for (int i = 0; i < 70000; ++i) ++hits[static_cast<std::size_t>(draws.below(7))];
  for (const int count : hits) EXPECT_NEAR(count, 10000, 400);
  EXPECT_EQ(draws.below(1), 0);
}

// A gap reaches n with probability (1 - rate)^n.
TEST(DrawTest, GapsAreGeometric) {
  Draws draws(5);
  const Gaps gaps(0.1);
  std::vector<std::int64_t> found;
  for (int i = 0; i < 100000; ++i) found.push_back(gaps.next(draws));
  for (const std::int64_t n : {1, 2, 5, 10, 30}) {
    const auto reached =
        std::count_if(found.begin(), found.end(), [n](std::int64_t gap) { return gap >= n; });
    const double wanted = 100000 * std::pow(0.9, static_cast<double>(n));
    EXPECT_NEAR(static_cast<double>(reached), wanted, 4 * std::sqrt(wanted)) << n;
  }
}

}  // namespace
}  // namespace npusim::faults
