// SPDX-License-Identifier: Apache-2.0
// Weights in the order in which the kernels read them.
#pragma once

#include <cstdint>
#include <vector>

namespace npusim::arith {

/// A k x n matrix of int8 weights, kept as int16 in strips of 16 output channels. A strip holds,
/// for every pair of consecutive k, the two weights of each of its channels side by side:
///     [strip][pair][channel of the strip][2]
/// because the multiply-add of the kernels takes pairs of int16. Odd k and the last strip are
/// filled with zero weights. The layout does not depend on the instruction set.
///
/// The weight zero point is subtracted here: a difference has 9 bits, so a pair of products is at
/// most 2 * 128 * 255 and the int32 sums are exact.
class PackedWeights {
 public:
  static constexpr std::int64_t kStrip = 16;

  PackedWeights() = default;

  /// Element (k, n) of the matrix is weights[k * k_stride + n * n_stride]. Strides in elements; any
  /// k, n >= 0. May be called again: memory is kept.
  void pack(const std::int8_t* weights, std::int64_t k_stride, std::int64_t n_stride,
            std::int64_t k, std::int64_t n, std::int32_t zero_point = 0);

  std::int64_t k() const { return k_; }
  std::int64_t n() const { return n_; }
  std::int64_t pairs() const { return (k_ + 1) / 2; }
  std::int64_t strips() const { return (n_ + kStrip - 1) / kStrip; }
  /// int16 elements from one strip to the next.
  std::int64_t strip_stride() const { return pairs() * kStrip * 2; }
  const std::int16_t* data() const { return data_.data(); }

 private:
  std::int64_t k_ = 0;
  std::int64_t n_ = 0;
  std::vector<std::int16_t> data_;
};

}  // namespace npusim::arith
