// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

namespace npusim::data {

/// Number of classes of the fractal data set; labels are 0 .. kFractalClasses - 1.
inline constexpr std::int64_t kFractalClasses = 40;

/// Least and greatest side of an image, in pixels: every side that a network may have. Below 16 or
/// so a picture shows little of its class.
inline constexpr std::int64_t kFractalMinSize = 1;
inline constexpr std::int64_t kFractalMaxSize = 8192;

/// A rectangle of pixels; `right` and `bottom` lie one past the last column and row.
struct PixelBox {
  std::int64_t left = 0;
  std::int64_t top = 0;
  std::int64_t right = 0;
  std::int64_t bottom = 0;
};

/// One drawn picture and what is known about it.
struct FractalImage {
  std::int64_t size = 0;           ///< Side in pixels: the picture is size x size.
  std::int64_t label = 0;          ///< Class, in [0, kFractalClasses).
  std::vector<std::uint8_t> rgb;   ///< Height, width, channel (R, G, B): size * size * 3 bytes.
  std::vector<std::uint8_t> mask;  ///< Height, width: 1 where the fractal was drawn, else 0.
  PixelBox box;                    ///< The smallest box around the pixels of the mask.
};

/// An endless, labelled, reproducible set of pictures of fractals: image i of split `seed` is drawn
/// on demand and nothing is stored.
///
/// Each class is one iterated function system of two to four affine maps. An image jitters every
/// coefficient by up to 11 %, rotates, scales and shifts the attractor, draws it by the chaos game
/// in two colours over a four-corner gradient with value noise and up to six clutter lines, and
/// adds pixel noise. The idea that fractals can stand in for photographs is Kataoka et al.,
/// "Pre-training without Natural Images" (ACCV 2020); the systems and the drawing here are this
/// project's own.
///
/// Only SplitMix64 and 64-bit integer fixed point decide a bit, so the same (seed, index, size)
/// gives the same bytes on every compiler and machine.
class FractalSet {
 public:
  /// `seed` names the split: by convention 1 is training, 2 accuracy, 3 calibration.
  /// Throws base::InputError when `size` is outside [kFractalMinSize, kFractalMaxSize].
  FractalSet(std::uint64_t seed, std::int64_t size);

  std::int64_t size() const { return size_; }

  /// The class of image `index`: index modulo kFractalClasses, so that every run of
  /// kFractalClasses consecutive images holds each class once. Throws like image().
  static std::int64_t label(std::int64_t index);

  /// Draws image `index`. Throws base::InputError when `index` is negative.
  FractalImage image(std::int64_t index) const;

  /// The same into `out`, whose buffers are used again: about twice as fast for many small images.
  void draw(std::int64_t index, FractalImage& out) const;

 private:
  std::uint64_t seed_;
  std::int64_t size_;
};

}  // namespace npusim::data
