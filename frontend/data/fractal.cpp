// SPDX-License-Identifier: Apache-2.0
#include "frontend/data/fractal.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>

#include "frontend/data/fractal_system.h"
#include "frontend/data/splitmix64.h"
#include "sim/base/errors.h"

namespace npusim::data {
namespace {

constexpr std::int64_t kChannels = 3;
constexpr std::int64_t kLatticeCells = 4;  // The background is a 5x5 lattice, interpolated.
constexpr std::int64_t kLatticeNodes = kLatticeCells + 1;
constexpr std::int64_t kBackgroundLow = 48;
constexpr std::int64_t kFractionOne = 4096;
constexpr std::int64_t kMaxClutterLines = 6;
constexpr std::int64_t kMaxNoise = 28;  // Greatest amplitude of the pixel noise, in levels.

using Colour = std::array<std::int64_t, kChannels>;
using Lattice = std::array<Colour, kLatticeNodes * kLatticeNodes>;

std::size_t at(std::int64_t index) { return static_cast<std::size_t>(index); }

Colour draw_colour(SplitMix64& random) {
  Colour colour = {};
  for (std::int64_t& level : colour) level = random.below(256);
  return colour;
}

/// A colour of the fractal: no channel lies in the middle quarter of the range.
Colour draw_figure_colour(SplitMix64& random) {
  Colour colour = {};
  for (std::int64_t& level : colour) {
    level = random.below(192);
    if (level >= 96) level += 64;
  }
  return colour;
}

/// Four corner colours interpolated over the lattice, plus noise at each node.
Lattice draw_lattice(SplitMix64& random) {
  std::array<Colour, 4> corners;
  for (Colour& corner : corners) corner = draw_colour(random);
  const std::int64_t amplitude = random.between(0, 40);
  Lattice lattice;
  for (std::int64_t row = 0; row < kLatticeNodes; ++row) {
    for (std::int64_t column = 0; column < kLatticeNodes; ++column) {
      for (std::size_t c = 0; c < at(kChannels); ++c) {
        const std::int64_t upper =
            corners[0][c] * (kLatticeCells - column) + corners[1][c] * column;
        const std::int64_t lower =
            corners[2][c] * (kLatticeCells - column) + corners[3][c] * column;
        const std::int64_t level =
            (upper * (kLatticeCells - row) + lower * row) / (kLatticeCells * kLatticeCells);
        const std::int64_t noise = random.between(-amplitude, amplitude);
        // Backgrounds keep to the middle of the range, so that the figure can be told from them.
        const std::int64_t muted = kBackgroundLow + (level + noise) * 5 / 8;
        lattice[at(row * kLatticeNodes + column)][c] = std::clamp<std::int64_t>(muted, 0, 255);
      }
    }
  }
  return lattice;
}

/// Where pixel `index` lies in the lattice: the cell, and how far into it in 1/4096.
struct LatticePlace {
  std::int64_t cell = 0;
  std::int64_t fraction = 0;
};

LatticePlace lattice_place(std::int64_t index, std::int64_t size) {
  const std::int64_t scaled = index * kLatticeCells;
  return {scaled / size, scaled % size * kFractionOne / size};
}

void paint_background(const Lattice& lattice, FractalImage& image) {
  std::array<Colour, kLatticeNodes> nodes;
  std::uint8_t* pixel = image.rgb.data();
  for (std::int64_t y = 0; y < image.size; ++y) {
    const LatticePlace row = lattice_place(y, image.size);
    for (std::int64_t i = 0; i < kLatticeNodes; ++i) {
      const Colour& upper = lattice[at(row.cell * kLatticeNodes + i)];
      const Colour& lower = lattice[at((row.cell + 1) * kLatticeNodes + i)];
      for (std::size_t c = 0; c < at(kChannels); ++c) {
        nodes[at(i)][c] = upper[c] * (kFractionOne - row.fraction) + lower[c] * row.fraction;
      }
    }
    for (std::int64_t x = 0; x < image.size; ++x) {
      const LatticePlace column = lattice_place(x, image.size);
      const Colour& left = nodes[at(column.cell)];
      const Colour& right = nodes[at(column.cell + 1)];
      for (std::size_t c = 0; c < at(kChannels); ++c) {
        const std::int64_t level =
            left[c] * (kFractionOne - column.fraction) + right[c] * column.fraction;
        *pixel++ = static_cast<std::uint8_t>(level / (kFractionOne * kFractionOne));
      }
    }
  }
}

void set_pixel(FractalImage& image, std::int64_t x, std::int64_t y, const Colour& colour) {
  std::uint8_t* pixel = image.rgb.data() + (y * image.size + x) * kChannels;
  for (std::size_t c = 0; c < at(kChannels); ++c) pixel[c] = static_cast<std::uint8_t>(colour[c]);
}

void draw_clutter(SplitMix64& random, FractalImage& image) {
  const std::int64_t lines = random.between(0, kMaxClutterLines);
  for (std::int64_t line = 0; line < lines; ++line) {
    const Colour colour = draw_colour(random);
    const std::int64_t x0 = random.below(image.size);
    const std::int64_t y0 = random.below(image.size);
    const std::int64_t x1 = random.below(image.size);
    const std::int64_t y1 = random.below(image.size);
    const std::int64_t steps = std::max<std::int64_t>(
        1, std::max(x1 > x0 ? x1 - x0 : x0 - x1, y1 > y0 ? y1 - y0 : y0 - y1));
    for (std::int64_t i = 0; i <= steps; ++i) {
      const std::int64_t x = (x0 * (steps - i) + x1 * i) / steps;
      const std::int64_t y = (y0 * (steps - i) + y1 * i) / steps;
      set_pixel(image, x, y, colour);
    }
  }
}

/// Turns the orbit by an angle whose cosine and sine are (1 - t^2) / (1 + t^2) and 2 t / (1 + t^2),
/// |t| below 0.3 (34 degrees either way).
void rotate(std::int64_t t, std::vector<OrbitPoint>& orbit) {
  constexpr std::int64_t kSquareOne = kCoefficientOne * kCoefficientOne;
  const std::int64_t denominator = kSquareOne + t * t;
  const std::int64_t cosine = (kSquareOne - t * t) * kCoefficientOne / denominator;
  const std::int64_t sine = 2 * t * kCoefficientOne * kCoefficientOne / denominator;
  for (OrbitPoint& point : orbit) {
    const std::int64_t x = (point.x * cosine - point.y * sine) / kCoefficientOne;
    const std::int64_t y = (point.x * sine + point.y * cosine) / kCoefficientOne;
    point.x = x;
    point.y = y;
  }
}

/// The smallest box around the orbit, in coordinates of the plane (right and bottom included).
PixelBox bounds(const std::vector<OrbitPoint>& orbit) {
  PixelBox box{orbit[0].x, orbit[0].y, orbit[0].x, orbit[0].y};
  for (const OrbitPoint& point : orbit) {
    box.left = std::min(box.left, point.x);
    box.right = std::max(box.right, point.x);
    box.top = std::min(box.top, point.y);
    box.bottom = std::max(box.bottom, point.y);
  }
  return box;
}

/// Scales the orbit so that its longer side covers 55 to 95 % of the picture, puts it anywhere it
/// fits, and paints it; a point has the first colour after an even map, else the second.
void paint_orbit(const std::vector<OrbitPoint>& orbit, SplitMix64& random, FractalImage& image) {
  const PixelBox plane = bounds(orbit);
  const std::int64_t width = plane.right - plane.left + 1;
  const std::int64_t height = plane.bottom - plane.top + 1;
  const std::int64_t longer = std::max(width, height);
  const std::int64_t side = std::max<std::int64_t>(1, image.size * random.between(55, 95) / 100);
  // Pixels of the plane's unit with 32 fraction bits: a product with a coordinate stays below 2^44.
  const std::int64_t scale = (side << 32U) / longer;
  const std::int64_t left = random.between(0, image.size - 1 - (((width - 1) * scale) >> 32U));
  const std::int64_t top = random.between(0, image.size - 1 - (((height - 1) * scale) >> 32U));
  std::array<Colour, 2> colours;
  for (Colour& colour : colours) colour = draw_figure_colour(random);
  PixelBox box{image.size, image.size, 0, 0};
  for (const OrbitPoint& point : orbit) {
    const std::int64_t x = left + (((point.x - plane.left) * scale) >> 32U);
    const std::int64_t y = top + (((point.y - plane.top) * scale) >> 32U);
    set_pixel(image, x, y, colours[at(point.map % 2)]);
    image.mask[at(y * image.size + x)] = 1;
    box.left = std::min(box.left, x);
    box.right = std::max(box.right, x + 1);
    box.top = std::min(box.top, y);
    box.bottom = std::max(box.bottom, y + 1);
  }
  image.box = box;
}

/// Adds to every byte its own noise from -amplitude to +amplitude: 16 bits of a draw a channel.
void add_noise(SplitMix64& random, FractalImage& image) {
  const std::int64_t amplitude = random.between(0, kMaxNoise);
  const std::int32_t levels = static_cast<std::int32_t>(2 * amplitude + 1);
  const std::uint64_t start = random.next();
  const std::int64_t pixels = image.size * image.size;
  std::uint8_t* bytes = image.rgb.data();
  for (std::int64_t i = 0; i < pixels; ++i) {
    const std::uint64_t word = SplitMix64::mix(start + static_cast<std::uint64_t>(i));
    for (std::int64_t c = 0; c < kChannels; ++c) {
      const auto draw =
          static_cast<std::int32_t>((word >> (16U * static_cast<unsigned>(c))) & 0xffffU);
      const std::int32_t noise = ((draw * levels) >> 16U) - static_cast<std::int32_t>(amplitude);
      const std::int32_t level = std::clamp(bytes[i * kChannels + c] + noise, 0, 255);
      bytes[i * kChannels + c] = static_cast<std::uint8_t>(level);
    }
  }
}

}  // namespace

FractalSet::FractalSet(std::uint64_t seed, std::int64_t size) : seed_(seed), size_(size) {
  if (size < kFractalMinSize || size > kFractalMaxSize) {
    throw base::InputError(base::refusal(
        "fractal", "size", std::to_string(size),
        "from " + std::to_string(kFractalMinSize) + " to " + std::to_string(kFractalMaxSize)));
  }
}

std::int64_t FractalSet::label(std::int64_t index) {
  if (index < 0) {
    throw base::InputError(base::refusal("fractal", "index", std::to_string(index), "at least 0"));
  }
  return index % kFractalClasses;
}

FractalImage FractalSet::image(std::int64_t index) const {
  FractalImage result;
  draw(index, result);
  return result;
}

void FractalSet::draw(std::int64_t index, FractalImage& out) const {
  out.size = size_;
  out.label = label(index);
  out.rgb.resize(at(size_ * size_ * kChannels));
  out.mask.assign(at(size_ * size_), 0);
  // Mixed twice, so that neighbouring seeds and indices share no part of their streams.
  const std::uint64_t split = SplitMix64::mix(seed_ + 1);
  SplitMix64 random(SplitMix64::mix(split + static_cast<std::uint64_t>(index)));

  paint_background(draw_lattice(random), out);
  draw_clutter(random, out);
  const IteratedSystem system = jittered(fractal_systems()[at(out.label)], random);
  std::vector<OrbitPoint> orbit(at(std::max<std::int64_t>(1, size_ * size_ / 3)));
  play_chaos_game(system, random, orbit);
  rotate(random.between(-kCoefficientOne * 3 / 10, kCoefficientOne * 3 / 10), orbit);
  paint_orbit(orbit, random, out);
  add_noise(random, out);
}

}  // namespace npusim::data
