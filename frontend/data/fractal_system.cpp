// SPDX-License-Identifier: Apache-2.0
#include "frontend/data/fractal_system.h"

#include <algorithm>
#include <cstddef>

#include "frontend/data/fractal.h"

namespace npusim::data {
namespace {

constexpr std::uint64_t kSystemSeed = 40;
constexpr std::int64_t kOrbitWarmup = 16;
constexpr std::int64_t kTrialPoints = 2048;
constexpr std::int64_t kGridSide = 32;
constexpr std::int64_t kMinFilledCells = kGridSide * kGridSide * 15 / 100;
constexpr std::int64_t kMaxFilledCells = kGridSide * kGridSide * 51 / 100;
constexpr std::int64_t kJitterStep = 451;  // 0.11 with 12 fraction bits.
constexpr std::int64_t kChoices = 65536;

std::size_t as_index(std::int64_t index) { return static_cast<std::size_t>(index); }

std::int64_t magnitude(std::int64_t value) { return value < 0 ? -value : value; }

std::int64_t determinant(const AffineMap& map) { return map.a * map.d - map.b * map.c; }

/// Whether the largest singular value is below 0.85. The squares p, q of the two singular values
/// have the sum t = |M|^2 and the product D^2 (D the determinant); both lie below r exactly when
/// t < 2 r and r^2 - t r + D^2 > 0.
bool contracts(const AffineMap& map) {
  constexpr std::int64_t kLimit = kCoefficientOne * 85 / 100;
  constexpr std::int64_t kSquare = kLimit * kLimit;
  const std::int64_t norm = map.a * map.a + map.b * map.b + map.c * map.c + map.d * map.d;
  const std::int64_t area = determinant(map);
  return norm < 2 * kSquare && kSquare * kSquare - norm * kSquare + area * area > 0;
}

AffineMap draw_map(SplitMix64& random) {
  AffineMap map;
  do {
    map.a = random.between(-kCoefficientOne, kCoefficientOne);
    map.b = random.between(-kCoefficientOne, kCoefficientOne);
    map.c = random.between(-kCoefficientOne, kCoefficientOne);
    map.d = random.between(-kCoefficientOne, kCoefficientOne);
  } while (!contracts(map));
  map.e = random.between(-kCoefficientOne, kCoefficientOne);
  map.f = random.between(-kCoefficientOne, kCoefficientOne);
  return map;
}

/// Applies a map as often as its image is large, but at least one time in forty or so.
void set_thresholds(IteratedSystem& system) {
  constexpr std::int64_t kLeastArea = kCoefficientOne * kCoefficientOne / 40;
  std::array<std::int64_t, IteratedSystem::kMaxMaps> areas{};
  std::int64_t total = 0;
  for (std::int64_t i = 0; i < system.map_count; ++i) {
    areas[as_index(i)] = std::max(kLeastArea, magnitude(determinant(system.maps[as_index(i)])));
    total += areas[as_index(i)];
  }
  std::int64_t running = 0;
  for (std::int64_t i = 0; i < IteratedSystem::kMaxMaps; ++i) {
    running += areas[as_index(i)];
    system.thresholds[as_index(i)] = running * kChoices / std::max<std::int64_t>(total, 1);
  }
}

IteratedSystem draw_system(SplitMix64& random) {
  IteratedSystem system;
  system.map_count = random.between(2, IteratedSystem::kMaxMaps);
  for (std::int64_t i = 0; i < system.map_count; ++i) system.maps[as_index(i)] = draw_map(random);
  set_thresholds(system);
  return system;
}

/// Whether the attractor makes a picture: neither a line nor dust nor a blob.
bool is_drawable(const IteratedSystem& system, SplitMix64& random, std::vector<OrbitPoint>& orbit) {
  play_chaos_game(system, random, orbit);
  const auto [left, right] = std::minmax_element(
      orbit.begin(), orbit.end(), [](const auto& p, const auto& q) { return p.x < q.x; });
  const auto [top, bottom] = std::minmax_element(
      orbit.begin(), orbit.end(), [](const auto& p, const auto& q) { return p.y < q.y; });
  const std::int64_t width = right->x - left->x + 1;
  const std::int64_t height = bottom->y - top->y + 1;
  if (width >= 2 * height || height >= 2 * width) return false;
  const std::int64_t extent = std::max(width, height);
  std::array<bool, kGridSide * kGridSide> filled{};
  for (const OrbitPoint& point : orbit) {
    const std::int64_t column = (point.x - left->x) * kGridSide / extent;
    const std::int64_t row = (point.y - top->y) * kGridSide / extent;
    filled[as_index(row * kGridSide + column)] = true;
  }
  const std::int64_t cells = std::count(filled.begin(), filled.end(), true);
  return cells >= kMinFilledCells && cells <= kMaxFilledCells;
}

std::vector<IteratedSystem> draw_systems() {
  SplitMix64 random(kSystemSeed);
  std::vector<OrbitPoint> orbit(as_index(kTrialPoints));
  std::vector<IteratedSystem> systems;
  while (systems.size() < as_index(kFractalClasses)) {
    const IteratedSystem system = draw_system(random);
    if (is_drawable(system, random, orbit)) systems.push_back(system);
  }
  return systems;
}

void jitter(std::int64_t& coefficient, SplitMix64& random) {
  const std::int64_t factor = kCoefficientOne + random.between(-kJitterStep, kJitterStep);
  coefficient = coefficient * factor / kCoefficientOne;
}

}  // namespace

const std::vector<IteratedSystem>& fractal_systems() {
  static const std::vector<IteratedSystem> systems = draw_systems();
  return systems;
}

IteratedSystem jittered(const IteratedSystem& system, SplitMix64& random) {
  IteratedSystem result = system;
  for (std::int64_t i = 0; i < result.map_count; ++i) {
    AffineMap& map = result.maps[as_index(i)];
    jitter(map.a, random);
    jitter(map.b, random);
    jitter(map.c, random);
    jitter(map.d, random);
    jitter(map.e, random);
    jitter(map.f, random);
  }
  return result;
}

void play_chaos_game(const IteratedSystem& system, SplitMix64& random,
                     std::vector<OrbitPoint>& orbit) {
  const std::int64_t first = system.thresholds[0];
  const std::int64_t second = system.thresholds[1];
  const std::int64_t third = system.thresholds[2];
  const std::int64_t count = static_cast<std::int64_t>(orbit.size());
  OrbitPoint point;
  std::uint64_t bits = 0;
  for (std::int64_t step = -kOrbitWarmup; step < count; ++step) {
    // One 64-bit draw chooses four maps; the warm-up is a multiple of four steps.
    bits = step % 4 == 0 ? random.next() : bits >> 16U;
    const auto choice = static_cast<std::int64_t>(bits & 0xffffU);
    point.map = (choice >= first ? 1 : 0) + (choice >= second ? 1 : 0) + (choice >= third ? 1 : 0);
    const AffineMap& map = system.maps[as_index(point.map)];
    const std::int64_t x = point.x;
    const std::int64_t y = point.y;
    constexpr std::int64_t kScale = kCoordinateOne / kCoefficientOne;
    point.x = (map.a * x + map.b * y) / kCoefficientOne + map.e * kScale;
    point.y = (map.c * x + map.d * y) / kCoefficientOne + map.f * kScale;
    if (step >= 0) orbit[as_index(step)] = point;
  }
}

}  // namespace npusim::data
