// SPDX-License-Identifier: Apache-2.0
#include "frontend/data/resize.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "frontend/data/splitmix64.h"
#include "sim/base/errors.h"

namespace npusim::data {
namespace {

using testing::Each;
using testing::ElementsAre;

Picture grey(std::int64_t width, std::int64_t height, const std::vector<int>& levels) {
  Picture picture{width, height, {}};
  for (const int level : levels) {
    for (int c = 0; c < 3; ++c) picture.rgb.push_back(static_cast<std::uint8_t>(level));
  }
  return picture;
}

Picture drawn(std::int64_t width, std::int64_t height, std::uint64_t seed) {
  SplitMix64 random(seed);
  Picture picture{width, height, {}};
  for (std::int64_t i = 0; i < width * height * 3; ++i)
    picture.rgb.push_back(static_cast<std::uint8_t>(random.between(0, 255)));
  return picture;
}

std::vector<int> levels(const Picture& picture) {
  std::vector<int> result;
  for (std::size_t i = 0; i < picture.rgb.size(); i += 3) {
    EXPECT_EQ(picture.rgb[i], picture.rgb[i + 1]);
    EXPECT_EQ(picture.rgb[i], picture.rgb[i + 2]);
    result.push_back(picture.rgb[i]);
  }
  return result;
}

/// The weight of source coordinate i for result coordinate o, from the geometry, in real numbers:
/// a triangle around the result pixel's centre, as wide as the larger of the two pixels.
double triangle(std::int64_t i, std::int64_t o, std::int64_t n, std::int64_t m) {
  const double factor = static_cast<double>(n) / static_cast<double>(m);
  const double centre = (static_cast<double>(o) + 0.5) * factor;
  const double distance = std::abs(static_cast<double>(i) + 0.5 - centre) / std::max(factor, 1.0);
  return std::max(0.0, 1.0 - distance);
}

double expected(const Picture& picture, std::int64_t x, std::int64_t y, std::int64_t c,
                std::int64_t width, std::int64_t height) {
  double sum = 0;
  double weights = 0;
  for (std::int64_t v = 0; v < picture.height; ++v) {
    for (std::int64_t u = 0; u < picture.width; ++u) {
      const double weight =
          triangle(u, x, picture.width, width) * triangle(v, y, picture.height, height);
      const auto at = static_cast<std::size_t>((v * picture.width + u) * 3 + c);
      sum += weight * picture.rgb[at];
      weights += weight;
    }
  }
  return sum / weights;
}

TEST(ResizeTest, IsTheWeightedMeanOfTheGeometry) {
  const std::int64_t sizes[][4] = {{7, 5, 3, 4},  {3, 4, 7, 9},  {16, 16, 5, 5}, {1, 9, 4, 2},
                                   {20, 3, 1, 1}, {5, 5, 5, 12}, {31, 17, 8, 40}};
  for (const auto& [from_width, from_height, width, height] : sizes) {
    const Picture picture = drawn(from_width, from_height, 7);
    const Picture result = resize_bilinear(picture, width, height);
    ASSERT_EQ(result.rgb.size(), static_cast<std::size_t>(width * height * 3));
    for (std::int64_t i = 0; i < width * height * 3; ++i) {
      const double exact = expected(picture, i / 3 % width, i / 3 / width, i % 3, width, height);
      // Half a level of rounding, and half of 1/64 from the rows.
      EXPECT_NEAR(result.rgb[static_cast<std::size_t>(i)], exact, 0.5 + 0.5 / 64 + 1e-9);
    }
  }
}

TEST(ResizeTest, ValuesByHand) {
  // Doubled: centres at 1/4 and 3/4, so 3:1 mixtures, and the border repeated.
  EXPECT_THAT(levels(resize_bilinear(grey(2, 1, {0, 100}), 4, 1)), ElementsAre(0, 25, 75, 100));
  // Halved: weights 1 : 3 : 3 : 1 within, 3 : 3 : 1 at the border.
  EXPECT_THAT(levels(resize_bilinear(grey(4, 1, {70, 0, 0, 140}), 2, 1)), ElementsAre(30, 60));
  EXPECT_THAT(levels(resize_bilinear(grey(1, 4, {70, 0, 0, 140}), 1, 2)), ElementsAre(30, 60));
  // Half up.
  EXPECT_THAT(levels(resize_bilinear(grey(2, 1, {1, 2}), 1, 1)), ElementsAre(2));
}

TEST(ResizeTest, FlatStaysFlatAndTheSameSizeIsTheSame) {
  const Picture flat = grey(9, 4, std::vector<int>(36, 255));
  EXPECT_THAT(resize_bilinear(flat, 23, 2).rgb, Each(255));
  const Picture picture = drawn(9, 4, 3);
  EXPECT_EQ(resize_bilinear(picture, 9, 4).rgb, picture.rgb);
}

TEST(ResizeTest, AMirroredPictureGivesTheMirroredResult) {
  const auto mirrored = [](const Picture& picture) {
    Picture result = picture;
    for (std::int64_t y = 0; y < picture.height; ++y) {
      for (std::int64_t x = 0; x < picture.width; ++x) {
        const auto to = (y * picture.width + x) * 3;
        const auto from = (y * picture.width + picture.width - 1 - x) * 3;
        std::copy_n(picture.rgb.begin() + from, 3, result.rgb.begin() + to);
      }
    }
    return result;
  };
  const Picture picture = drawn(33, 12, 4);
  for (const std::int64_t width : {5, 16, 50}) {
    EXPECT_EQ(resize_bilinear(mirrored(picture), width, 7).rgb,
              mirrored(resize_bilinear(picture, width, 7)).rgb);
  }
}

TEST(ResizeTest, ExtremeFactorsDoNotOverflow) {
  EXPECT_THAT(resize_bilinear(grey(65535, 1, std::vector<int>(65535, 255)), 1, 1).rgb, Each(255));
  EXPECT_THAT(resize_bilinear(grey(1, 65535, std::vector<int>(65535, 255)), 1, 1).rgb, Each(255));
  EXPECT_THAT(resize_bilinear(grey(1, 1, {200}), 65535, 1).rgb, Each(200));
}

TEST(CropTest, OffsetsAreRoundedDown) {
  const Picture picture =
      grey(5, 4, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19});
  EXPECT_THAT(levels(crop_center(picture, 2)), ElementsAre(6, 7, 11, 12));
  EXPECT_THAT(levels(crop_center(picture, 3)), ElementsAre(1, 2, 3, 6, 7, 8, 11, 12, 13));
  EXPECT_THAT(levels(crop_center(picture, 1)), ElementsAre(7));
}

class PreprocessTest : public testing::Test {
 protected:
  std::string run(std::int64_t width, std::int64_t height) {
    try {
      const Picture result = preprocess(drawn(width, height, 1), input_, "a.jpg");
      return size_text(result.width, result.height);
    } catch (const base::InputError& error) {
      return error.what();
    }
  }

  config::InputConfig input_;
};

TEST_F(PreprocessTest, WithoutCropAndResizeTheSizeMustFit) {
  input_.size = 8;
  EXPECT_EQ(run(8, 8), "8 x 8");
  EXPECT_EQ(run(9, 8),
            "a.jpg: size: got 9 x 8, must be 8 x 8, the network's input; set input.center_crop=8 "
            "to have it so");
  EXPECT_EQ(run(7, 9),
            "a.jpg: size: got 7 x 9, must be 8 x 8, the network's input; set input.center_crop=8 "
            "and input.resize_shorter_side=8 to have it so");
}

TEST_F(PreprocessTest, TheShorterSideIsResizedThenTheCentreCropped) {
  input_.size = 8;
  input_.center_crop = 8;
  input_.resize_shorter_side = 9;
  for (const auto& [width, height] : {std::pair{20, 31}, {31, 20}, {3, 4}, {9, 12}, {1, 100}})
    EXPECT_EQ(run(width, height), "8 x 8");
  // 20 x 31 becomes 9 x floor(31 * 9 / 20) = 9 x 13.
  const Picture picture = drawn(20, 31, 1);
  EXPECT_EQ(preprocess(picture, input_, "").rgb,
            crop_center(resize_bilinear(picture, 9, 13), 8).rgb);
}

TEST_F(PreprocessTest, ACropThatDoesNotFitIsRefused) {
  input_.size = 8;
  input_.center_crop = 8;
  EXPECT_EQ(run(8, 7),
            "a.jpg: size: got 8 x 7, must be at least 8 x 8, for input.center_crop; "
            "input.resize_shorter_side=8 makes it so");
  EXPECT_EQ(run(8, 20), "8 x 8");
}

TEST_F(PreprocessTest, AResizedPictureKeepsTheLimits) {
  input_.size = 8;
  input_.center_crop = 8;
  input_.resize_shorter_side = 100;
  EXPECT_EQ(run(2, 1400),
            "a.jpg: resized to shorter side 100: size: got 100 x 70000, must be at most 65500 "
            "pixels wide and high and 67108864 pixels in all");
}

}  // namespace
}  // namespace npusim::data
