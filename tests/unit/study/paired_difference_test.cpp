// SPDX-License-Identifier: Apache-2.0
#include "frontend/study/paired_difference.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "sim/base/errors.h"

namespace npusim::study {
namespace {

using execute::Ranking;

/// One ranking per letter: 'r' is the label of image i, anything else another class.
std::vector<Ranking> answers(const std::string& letters) {
  std::vector<Ranking> rankings;
  for (std::size_t i = 0; i < letters.size(); ++i) {
    const auto label = static_cast<std::int32_t>(i);
    rankings.push_back({letters[i] == 'r' ? label : label + 1, -1, -1, -1, -1});
  }
  return rankings;
}

std::vector<std::int32_t> labels(std::size_t count) {
  std::vector<std::int32_t> result;
  for (std::size_t i = 0; i < count; ++i) result.push_back(static_cast<std::int32_t>(i));
  return result;
}

TEST(PairedDifference, CountsWhatOnlyOneGetsRight) {
  const PairedDifference d =
      paired_difference(answers("rrrrwwwwrr"), answers("rrwwrwwwwr"), labels(10));
  EXPECT_EQ(d.images, 10);
  EXPECT_EQ(d.gained, 1);
  EXPECT_EQ(d.lost, 3);
  EXPECT_DOUBLE_EQ(d.difference(), -0.2);
  // The ten differences 0, 0, -1, -1, 1, 0, 0, 0, -1, 0: mean square 0.4, squared mean 0.04.
  EXPECT_DOUBLE_EQ(d.standard_error(), std::sqrt(0.36 / 10));
  EXPECT_FALSE(d.is_significant());
}

TEST(PairedDifference, OfEightHundredPictures) {
  const PairedDifference d{800, 6, 8};
  EXPECT_DOUBLE_EQ(d.difference(), -0.0025);
  EXPECT_NEAR(d.standard_error(), std::sqrt(14.0) / 800, 1e-5);
  EXPECT_FALSE(d.is_significant());
}

TEST(PairedDifference, SignificantBeyondTwoStandardErrors) {
  EXPECT_TRUE((PairedDifference{800, 13, 40}).is_significant());
  EXPECT_TRUE((PairedDifference{800, 40, 13}).is_significant());
  EXPECT_FALSE((PairedDifference{800, 13, 23}).is_significant());
}

TEST(PairedDifference, NothingDiffersOrEverythingDoes) {
  const PairedDifference same = paired_difference(answers("rwr"), answers("rwr"), labels(3));
  EXPECT_EQ(same.difference(), 0);
  EXPECT_EQ(same.standard_error(), 0);
  EXPECT_FALSE(same.is_significant());
  const PairedDifference all = paired_difference(answers("rrr"), answers("www"), labels(3));
  EXPECT_EQ(all.difference(), -1);
  EXPECT_EQ(all.standard_error(), 0);
  const PairedDifference none = paired_difference({}, {}, {});
  EXPECT_EQ(none.difference(), 0);
  EXPECT_EQ(none.standard_error(), 0);
}

TEST(PairedDifference, RefusesOtherImages) {
  EXPECT_THROW(paired_difference(answers("rr"), answers("r"), labels(2)), base::InternalError);
  EXPECT_THROW(paired_difference(answers("r"), answers("rr"), labels(2)), base::InternalError);
}

}  // namespace
}  // namespace npusim::study
