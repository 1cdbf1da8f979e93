// SPDX-License-Identifier: Apache-2.0
// Weights in the order in which the kernels read them.
#pragma once

#include <cstdint>
#include <vector>

namespace npusim::arith {

/// A k x n matrix of int8 weights in strips of 16 output channels. A strip holds, for every four
/// consecutive k, the four weights of each of its channels side by side:
///     [strip][quad][channel of the strip][4]
/// because what multiplies bytes adds four neighbours. k beyond the last are filled with
/// zeros, the last strip's missing channels with the zero point. The layout does not depend on the
/// instruction set, and a weight takes one byte in it.
///
/// The zero point stays beside the weights: sum x * (w - z) is sum x * w - z * sum x, and the
/// kernels subtract the last term once per row.
///
/// Without VNNI the kernels add products in 16 bits, of inputs from 0 to 255, as far as no sum of
/// them can leave 16 bits: up to 255 * 128 = 32640. Each strip therefore has its quads in an order
/// of three groups: pairs of quads of which four products fit, quads of which two fit, and the
/// rest, whose products are formed in 32 bits. Where the rest is the larger part, all products of
/// the matrix are, and the order is of no use; the weights are then also kept in 16 bits.
class PackedWeights {
 public:
  struct QuadOrder {
    std::int64_t paired = 0;  // quads, an even number
    std::int64_t single = 0;  // behind them; then the rest
  };

  /// A quad in its strip's order: how far its weights lie behind the strip's first ones, and its
  /// inputs behind the first of a prepared row. A row is prepared in segments, so that those of a
  /// tile's rows lie side by side.
  struct QuadPlace {
    std::uint32_t weights_bytes;
    std::uint32_t inputs_bytes;
  };
  static constexpr std::int64_t kSegmentBytes = 512;
  static constexpr std::int64_t kSegmentStride = 12 * (kSegmentBytes + 64);

  static constexpr std::int64_t kStrip = 16;
  static constexpr std::int64_t kQuad = 4;
  static constexpr std::int64_t kQuadBytes = kStrip * kQuad;
  static constexpr std::int64_t kQuadWords = kStrip * kQuad;

  PackedWeights() = default;

  /// Element (k, n) of the matrix is weights[k * k_stride + n * n_stride]. Strides in elements; any
  /// k, n >= 0. zero_point: -128 to 127. May be called again: memory is kept.
  void pack(const std::int8_t* weights, std::int64_t k_stride, std::int64_t n_stride,
            std::int64_t k, std::int64_t n, std::int32_t zero_point = 0);

  std::int64_t k() const { return k_; }
  std::int64_t n() const { return n_; }
  std::int32_t zero_point() const { return zero_point_; }
  std::int64_t quads() const { return (k_ + kQuad - 1) / kQuad; }
  std::int64_t strips() const { return (n_ + kStrip - 1) / kStrip; }
  /// From one strip to the next.
  std::int64_t strip_bytes() const { return quads() * kQuadBytes; }
  /// The first quad of a channel; the next one is kQuadBytes behind it.
  const std::int8_t* of_channel(std::int64_t channel) const {
    return data_.data() + (channel / kStrip) * strip_bytes() + (channel % kStrip) * kQuad;
  }
  /// Element (k, channel) without the zero point subtracted.
  std::int8_t weight(std::int64_t k, std::int64_t channel) const {
    return of_channel(channel)[(k / kQuad) * kQuadBytes + k % kQuad];
  }
  /// Brings the quads of each strip into their order; pack() does where the instruction set in use
  /// needs it.
  void sort_quads();
  bool is_sorted() const { return is_sorted_; }
  /// Of sorted ones: whether more quads are of the rest than are in pairs, so that forming all
  /// products in 32 bits is faster.
  bool few_quads_fit() const { return few_quads_fit_; }
  /// Of those: the first and third weight of a channel's first quad; its second and fourth are
  /// kQuadWords / 2 behind them, the next quad kQuadWords:
  ///     [strip][quad][first and third, second and fourth][channel of the strip][2]
  const std::int16_t* words_of_channel(std::int64_t channel) const {
    return words_.data() + (channel / kStrip) * quads() * kQuadWords + (channel % kStrip) * 2;
  }
  const QuadOrder& order(std::int64_t strip) const {
    return order_[static_cast<std::size_t>(strip)];
  }
  const QuadPlace* ordered_quads(std::int64_t strip) const {
    return ordered_quads_.data() + strip * quads();
  }
  /// By channel, of all strips: the sum of the channel's weights.
  const std::int32_t* column_sums() const { return column_sums_.data(); }

 private:
  void widen();

  std::int64_t k_ = 0;
  std::int64_t n_ = 0;
  std::int32_t zero_point_ = 0;
  std::vector<std::int8_t> data_;
  std::vector<std::int32_t> column_sums_;
  bool is_sorted_ = false;
  bool few_quads_fit_ = false;
  std::vector<QuadOrder> order_;  // by strip
  std::vector<QuadPlace> ordered_quads_;
  std::vector<std::int16_t> words_;  // where few quads fit
};

}  // namespace npusim::arith
