// SPDX-License-Identifier: Apache-2.0
#include "frontend/study/decibels.h"

#include <gtest/gtest.h>

namespace npusim::study {
namespace {

TEST(Decibels, PowersOfTen) {
  EXPECT_NEAR(decibels(1, 1), 0, 1e-12);
  EXPECT_NEAR(decibels(1000, 1), 30, 1e-12);
  EXPECT_NEAR(decibels(1, 100), -20, 1e-12);
  EXPECT_NEAR(decibels(2, 1), 3.010299956639812, 1e-12);
}

TEST(Decibels, SmallAndLargeSumsAlike) {
  EXPECT_NEAR(decibels(1e-290, 1e-292), 20, 1e-12);
  EXPECT_NEAR(decibels(1e292, 1e290), 20, 1e-12);
}

TEST(Decibels, NoNoiseIsTheRoundingOfAFloat) {
  EXPECT_EQ(decibels(1, 0), kMostDecibels);
  EXPECT_EQ(decibels(1, 0x1p-60), kMostDecibels);
  EXPECT_NEAR(decibels(1, 0x1.8p-48), kMostDecibels - 1.760912590556812, 1e-9);
  EXPECT_NEAR(decibels(1, 0x1.000001p-48), kMostDecibels, 1e-6);
}

TEST(Octaves, PowersOfTwo) {
  EXPECT_NEAR(octaves(1), 0, 1e-12);
  EXPECT_NEAR(octaves(0x1p-23), -23, 1e-12);
  EXPECT_NEAR(octaves(3), 1.584962500721156, 1e-12);
}

}  // namespace
}  // namespace npusim::study
