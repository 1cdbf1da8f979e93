// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "frontend/data/splitmix64.h"

namespace npusim::data {

/// Fixed point: coefficients have 12 fraction bits, coordinates of the plane 20.
inline constexpr std::int64_t kCoefficientOne = 4096;
inline constexpr std::int64_t kCoordinateOne = 1048576;

/// x' = a x + b y + e, y' = c x + d y + f, all six with 12 fraction bits.
struct AffineMap {
  std::int64_t a = 0;
  std::int64_t b = 0;
  std::int64_t c = 0;
  std::int64_t d = 0;
  std::int64_t e = 0;
  std::int64_t f = 0;
};

/// A point of the plane with 20 fraction bits, and the map that led to it.
struct OrbitPoint {
  std::int64_t x = 0;
  std::int64_t y = 0;
  std::int64_t map = 0;
};

/// An iterated function system: contracting affine maps, and how often each is applied.
struct IteratedSystem {
  static constexpr std::int64_t kMaxMaps = 4;

  std::int64_t map_count = 0;
  std::array<AffineMap, kMaxMaps> maps;
  /// Map i is applied when a 16-bit draw lies in [thresholds[i - 1], thresholds[i]).
  std::array<std::int64_t, kMaxMaps> thresholds;
};

/// The system of every class, in class order. Made once, by rejection from a fixed seed: singular
/// values below 0.85, 15 to 51 % of a 32x32 grid filled, sides of the bounding box within 1:2.
const std::vector<IteratedSystem>& fractal_systems();

/// `system` with each coefficient multiplied by its own draw from 1 - 0.11 .. 1 + 0.11. Still
/// contracting: 0.85 plus 0.11 times the greatest Frobenius norm (1.21) is below 1.
IteratedSystem jittered(const IteratedSystem& system, SplitMix64& random);

/// The chaos game: from the origin, some steps that are thrown away, then one point for each
/// element of `orbit`.
void play_chaos_game(const IteratedSystem& system, SplitMix64& random,
                     std::vector<OrbitPoint>& orbit);

}  // namespace npusim::data
