// SPDX-License-Identifier: Apache-2.0
#include "frontend/data/random_tensors.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

namespace npusim::data {
namespace {

TEST(RandomTensorsTest, UniformBelowOne) {
  const auto tensors = random_tensors(1, 2, 100'000);
  EXPECT_EQ(tensors->images(), 2);
  const std::vector<float> values = tensors->sample(0).tensor;
  ASSERT_EQ(values.size(), 100'000U);
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  EXPECT_GE(*least, -1);
  EXPECT_LT(*least, -0.999F);
  EXPECT_LT(*most, 1);
  EXPECT_GT(*most, 0.999F);
  EXPECT_NEAR(std::accumulate(values.begin(), values.end(), 0.0) / 100'000, 0, 0.01);
}

TEST(RandomTensorsTest, SeedAndIndexDecide) {
  const std::vector<float> values = random_tensors(1, 2, 50)->sample(0).tensor;
  EXPECT_EQ(random_tensors(1, 9, 50)->sample(0).tensor, values);
  EXPECT_NE(random_tensors(1, 2, 50)->sample(1).tensor, values);
  EXPECT_NE(random_tensors(2, 2, 50)->sample(0).tensor, values);
  EXPECT_NE(random_tensors(0, 2, 50)->sample(0).tensor, values);
}

}  // namespace
}  // namespace npusim::data
