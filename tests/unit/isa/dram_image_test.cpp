// SPDX-License-Identifier: Apache-2.0
#include "sim/isa/dram_image.h"

#include <gtest/gtest.h>

#include <array>

namespace npusim::isa {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes bytes_of(const DramImage& image) { return {image.begin(), image.end()}; }

TEST(DramImageTest, CopiesShareTheirBytesUntilOneIsEdited) {
  DramImage image = Bytes{1, 2, 3};
  const DramImage copy = image;
  EXPECT_EQ(copy.data(), image.data());
  image.edit().push_back(4);
  EXPECT_EQ(bytes_of(copy), (Bytes{1, 2, 3}));
  EXPECT_EQ(bytes_of(image), (Bytes{1, 2, 3, 4}));
  EXPECT_NE(copy, image);
  const std::uint8_t* const own = image.data();
  image.edit()[0] = 7;
  EXPECT_EQ(image.data(), own) << "its own bytes are changed in place";
  EXPECT_EQ(image[0], 7);
}

TEST(DramImageTest, ShowsBytesThatLieElsewhereAndKeepsThem) {
  const auto owner =
      std::make_shared<const std::array<std::uint8_t, 4>>(std::array<std::uint8_t, 4>{9, 8, 7, 6});
  auto shown = std::shared_ptr<const std::uint8_t>(owner, owner->data() + 1);
  DramImage image(std::move(shown), 2);
  const std::uint8_t* const there = owner->data() + 1;
  EXPECT_EQ(image.data(), there);
  EXPECT_EQ(image, DramImage(Bytes{8, 7}));
  EXPECT_EQ(owner.use_count(), 2);
  image.edit()[1] = 0;
  EXPECT_EQ(bytes_of(image), (Bytes{8, 0}));
  EXPECT_EQ((*owner)[2], 7);
  EXPECT_EQ(owner.use_count(), 1) << "an image of its own lets go of the owner";
}

TEST(DramImageTest, NoBytes) {
  DramImage image;
  EXPECT_TRUE(image.empty());
  EXPECT_EQ(image, DramImage(Bytes{}));
  image.edit().push_back(1);
  EXPECT_EQ(image.size(), 1U);
}

}  // namespace
}  // namespace npusim::isa
