// SPDX-License-Identifier: Apache-2.0
#include "frontend/data/fractal.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <set>
#include <string>
#include <vector>

#include "frontend/data/fractal_system.h"
#include "frontend/data/splitmix64.h"
#include "sim/base/errors.h"

namespace npusim::data {
namespace {

/// FNV-1a, 64 bits.
std::uint64_t hash_of(const std::vector<std::uint8_t>& bytes) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const std::uint8_t byte : bytes) hash = (hash ^ byte) * 0x100000001b3U;
  return hash;
}

std::string refusal_of(std::int64_t size, std::int64_t index) {
  try {
    static_cast<void>(FractalSet(1, size).image(index));
  } catch (const base::InputError& error) {
    return error.what();
  }
  return "";
}

TEST(SplitMix64Test, DrawsThePublishedSequence) {
  // The reference implementation's first outputs for the seed 1234567.
  SplitMix64 random(1234567);
  EXPECT_EQ(random.next(), 6457827717110365317U);
  EXPECT_EQ(random.next(), 3203168211198807973U);
  EXPECT_EQ(random.next(), 9817491932198370423U);
}

TEST(SplitMix64Test, BoundsAreReachedAndKept) {
  SplitMix64 random(7);
  std::set<std::int64_t> drawn;
  for (int i = 0; i < 200; ++i) drawn.insert(random.between(-3, 2));
  EXPECT_EQ(drawn, (std::set<std::int64_t>{-3, -2, -1, 0, 1, 2}));
}

struct PinnedImage {
  std::uint64_t seed;
  std::int64_t index;
  std::int64_t size;
  std::uint64_t rgb_hash;
  std::uint64_t mask_hash;
};

class FractalImageTest : public testing::TestWithParam<PinnedImage> {};

// These bytes are what the shipped network was trained and measured on: they never change.
TEST_P(FractalImageTest, BytesArePinned) {
  const PinnedImage& pinned = GetParam();
  const FractalImage image = FractalSet(pinned.seed, pinned.size).image(pinned.index);
  EXPECT_EQ(hash_of(image.rgb), pinned.rgb_hash);
  EXPECT_EQ(hash_of(image.mask), pinned.mask_hash);
}

INSTANTIATE_TEST_SUITE_P(
    SeedsIndicesAndSizes, FractalImageTest,
    testing::Values(PinnedImage{1, 0, 64, 0xb0f2cd851ac3928eU, 0x19be4f27024633aeU},
                    PinnedImage{2, 0, 64, 0x86af74433ac66573U, 0xc6f85561134965bfU},
                    PinnedImage{2, 1999, 64, 0x7bf37a40b53eda19U, 0xa63546cb284d43e4U},
                    PinnedImage{3, 63, 64, 0x88a4c6b5d09876f9U, 0x3c6fb5c33d0b9990U},
                    PinnedImage{1, 30064771085, 64, 0x967223df96971a20U, 0x1d9f90996a465ef7U},
                    PinnedImage{2, 21, 16, 0x03d244bec34e2590U, 0x9b88ff9aafc35a2eU},
                    PinnedImage{2, 22, 33, 0xd9ae8bcfa4626721U, 0x0587baa05a0ba47bU},
                    PinnedImage{2, 5, 224, 0xcf93270dbc784ba7U, 0xf24f31f77d268621U}));

TEST(FractalSetTest, AThousandImagesArePinned) {
  const FractalSet set(2, 64);
  FractalImage image;
  std::uint64_t hash = 0;
  for (std::int64_t i = 0; i < 1000; ++i) {
    set.draw(i, image);
    hash = SplitMix64::mix(hash ^ hash_of(image.rgb));
  }
  EXPECT_EQ(hash, 0x2695773e60fe6f93U);
}

TEST(FractalSetTest, DrawingAgainIntoUsedBuffersChangesNothing) {
  FractalImage image;
  FractalSet(3, 96).draw(11, image);
  const FractalSet set(2, 64);
  set.draw(7, image);
  const FractalImage fresh = set.image(7);
  EXPECT_EQ(image.size, 64);
  EXPECT_EQ(image.rgb, fresh.rgb);
  EXPECT_EQ(image.mask, fresh.mask);
}

TEST(FractalSetTest, EverySplitAndIndexIsAnotherPicture) {
  std::set<std::uint64_t> hashes;
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    const FractalSet set(seed, 32);
    for (std::int64_t i = 0; i < 200; ++i) hashes.insert(hash_of(set.image(i).rgb));
  }
  EXPECT_EQ(hashes.size(), 800U);
}

TEST(FractalSetTest, ClassesAreBalanced) {
  std::array<int, kFractalClasses> counts{};
  const FractalSet set(2, 16);
  for (std::int64_t i = 0; i < 120; ++i) {
    const FractalImage image = set.image(i);
    EXPECT_EQ(image.label, FractalSet::label(i));
    ++counts[static_cast<std::size_t>(image.label)];
  }
  EXPECT_TRUE(std::all_of(counts.begin(), counts.end(), [](int count) { return count == 3; }));
}

TEST(FractalSetTest, EverySideCanBeDrawn) {
  for (const std::int64_t size : {1, 2, 3, 5, 8, 15, 299, 2049}) {
    const FractalSet set(3, size);
    for (std::int64_t index = 0; index < (size < 16 ? kFractalClasses : 1); ++index) {
      const FractalImage image = set.image(index);
      ASSERT_EQ(image.rgb.size(), static_cast<std::size_t>(size * size * 3));
      EXPECT_GT(std::count(image.mask.begin(), image.mask.end(), 1), 0) << size;
      EXPECT_TRUE(image.box.left >= 0 && image.box.left < image.box.right) << size;
      EXPECT_TRUE(image.box.top >= 0 && image.box.top < image.box.bottom) << size;
      EXPECT_TRUE(image.box.right <= size && image.box.bottom <= size) << size;
    }
  }
}

TEST(FractalSetTest, BoxIsTheSmallestAroundTheMask) {
  const FractalSet set(2, 64);
  for (std::int64_t index = 0; index < 80; ++index) {
    const FractalImage image = set.image(index);
    PixelBox box{64, 64, 0, 0};
    for (std::int64_t y = 0; y < 64; ++y) {
      for (std::int64_t x = 0; x < 64; ++x) {
        if (image.mask[static_cast<std::size_t>(y * 64 + x)] == 0) continue;
        box = {std::min(box.left, x), std::min(box.top, y), std::max(box.right, x + 1),
               std::max(box.bottom, y + 1)};
      }
    }
    EXPECT_EQ(image.box.left, box.left);
    EXPECT_EQ(image.box.top, box.top);
    EXPECT_EQ(image.box.right, box.right);
    EXPECT_EQ(image.box.bottom, box.bottom);
    // The longer side covers 55 to 95 % of the picture, give or take a pixel.
    const std::int64_t longer = std::max(box.right - box.left, box.bottom - box.top);
    EXPECT_GE(longer, 64 * 55 / 100 - 1);
    EXPECT_LE(longer, 64 * 95 / 100);
  }
}

TEST(FractalSystemTest, EveryClassHasWeightedContractions) {
  ASSERT_EQ(fractal_systems().size(), static_cast<std::size_t>(kFractalClasses));
  for (const IteratedSystem& system : fractal_systems()) {
    ASSERT_GE(system.map_count, 2);
    ASSERT_LE(system.map_count, IteratedSystem::kMaxMaps);
    const auto last = static_cast<std::size_t>(system.map_count - 1);
    EXPECT_EQ(system.thresholds[last], 65536);
    for (std::size_t i = 0; i <= last; ++i) {
      const AffineMap& map = system.maps[i];
      EXPECT_GT(system.thresholds[i], i == 0 ? 0 : system.thresholds[i - 1]);
      // No vector grows to more than 0.85 of its length: tried on a fan of directions.
      for (std::int64_t u = -64; u <= 64; ++u) {
        const std::int64_t v = 64 - (u < 0 ? -u : u);
        const std::int64_t x = map.a * u + map.b * v;
        const std::int64_t y = map.c * u + map.d * v;
        const std::int64_t length = (u * u + v * v) * kCoefficientOne * kCoefficientOne;
        EXPECT_LE(10000 * (x * x + y * y), 7225 * length);
      }
    }
  }
}

TEST(FractalSystemTest, JitterStaysWithinElevenPercent) {
  SplitMix64 random(5);
  const IteratedSystem& system = fractal_systems()[0];
  std::int64_t changed = 0;
  for (int i = 0; i < 50; ++i) {
    const IteratedSystem other = jittered(system, random);
    for (std::size_t m = 0; m < static_cast<std::size_t>(system.map_count); ++m) {
      const std::int64_t difference = other.maps[m].a - system.maps[m].a;
      EXPECT_LE(100 * std::abs(difference), 12 * std::abs(system.maps[m].a) + 100);
      changed += difference != 0 ? 1 : 0;
    }
  }
  EXPECT_GT(changed, 50);
}

TEST(FractalSetTest, RefusesWhatItCannotDraw) {
  EXPECT_EQ(refusal_of(0, 0), "fractal: size: got 0, must be from 1 to 8192");
  EXPECT_EQ(refusal_of(8193, 0), "fractal: size: got 8193, must be from 1 to 8192");
  EXPECT_EQ(refusal_of(64, -1), "fractal: index: got -1, must be at least 0");
  EXPECT_EQ(refusal_of(1, 0), "");
}

}  // namespace
}  // namespace npusim::data
