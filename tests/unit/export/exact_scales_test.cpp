// SPDX-License-Identifier: Apache-2.0
#include "frontend/import/exact_scales.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace npusim::import {
namespace {

using testing::ElementsAre;
using testing::Eq;
using testing::Optional;

std::vector<float> floats(const std::vector<double>& values) {
  std::vector<float> result;
  for (const double value : values) result.push_back(static_cast<float>(value));
  return result;
}

TEST(ExactScales, RefineTheFloatsThatTheyRoundTo) {
  for (const std::vector<double>& scales :
       {std::vector<double>{0.1}, std::vector<double>{0.1, 0.3, 1.0 / 255},
        std::vector<double>{1e-3 / 3, 7.0 / 127}}) {
    EXPECT_THAT(refined_scales(floats(scales), exact_scales_text(scales)), Optional(Eq(scales)));
  }
}

TEST(ExactScales, OneStandsForAllPowersOfTwo) {
  const std::vector<double> scales = {0.1, 0.1 / 8, 0.1 / 32768, 0.2};
  const std::string text = exact_scales_text(scales);
  EXPECT_EQ(text, exact_scales_text({0.1}));
  EXPECT_THAT(refined_scales(floats(scales), text), Optional(Eq(scales)));
  // A float just below a power of two of the exact one.
  const double base = 0x1.0000001p+0;
  EXPECT_THAT(refined_scales({0x1p-3F, 0x1p+4F}, exact_scales_text({base})),
              Optional(ElementsAre(base / 8, base * 16)));
}

TEST(ExactScales, WhatIsNotTheSameIsNothing) {
  EXPECT_EQ(refined_scales({0.1F}, exact_scales_text({0.25})), std::nullopt);
  EXPECT_EQ(refined_scales({0.1F}, exact_scales_text({0.1 + 1e-7})), std::nullopt);
  EXPECT_EQ(refined_scales({0.1F, 0.3F}, exact_scales_text({0.1})), std::nullopt);
  EXPECT_EQ(refined_scales({0.1F}, exact_scales_text({0.1, 0.3})), std::nullopt);
  EXPECT_EQ(refined_scales({}, exact_scales_text({0.1})), std::nullopt);
  for (const char* text : {"", " ", "x", "1.9p-4,1.9p-4", "1 ", "-1", "0", "inf", "nan", "1e999",
                           "1p99999", "1 2 x"}) {
    EXPECT_EQ(refined_scales({1.0F}, text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace npusim::import
