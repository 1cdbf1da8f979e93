// SPDX-License-Identifier: Apache-2.0
// Float convolutions whose bits are the same on every machine.
//
// An output is a sum from its bias over k ascending, one multiplication and one addition after
// another, never fused: acc = acc + x[k] * w[k]. Lanes and tiles go over output channels and pixels
// only, so the instruction set has no say. The result is clamped last: v > low ? v : low, then
// v < high ? v : high.
#pragma once

#include <cstdint>
#include <vector>

namespace npusim::execute {

/// A k x n matrix of weights with n biases and the layer's clamps, in strips of 16 channels:
/// [strip][k][channel of the strip], the last strip filled with zeros.
class FloatWeights {
 public:
  static constexpr std::int64_t kStrip = 16;

  /// Weights [n][k] row after row, as convolutions store them; bias: n values.
  FloatWeights(const float* weights_nk, const float* bias, std::int64_t k, std::int64_t n,
               float low, float high);

  std::int64_t k() const { return k_; }
  std::int64_t n() const { return n_; }
  float low() const { return low_; }
  float high() const { return high_; }
  std::int64_t strip_stride() const { return k_ * kStrip; }
  const float* data() const { return data_.data(); }
  const float* bias() const { return bias_.data(); }  // padded to whole strips

 private:
  std::int64_t k_, n_;
  float low_, high_;
  std::vector<float> data_, bias_;
};

/// out[m][n] = clamp(bias[n] + sum_k x[m][k] * w[k][n]). Strides in elements.
void multiply_rows(const float* x, std::int64_t x_stride, std::int64_t rows,
                   const FloatWeights& weights, float* out, std::int64_t out_stride);

/// out[m][c] = clamp(bias[c] + sum_t x_taps[m * taps + t][c] * w[t][c]); weights: k = taps,
/// n = channels; every tap pointer leads to n values.
void multiply_depthwise(const float* const* x_taps, std::int64_t rows, const FloatWeights& weights,
                        float* out, std::int64_t out_stride);

/// The clamp above.
inline float clamped(float value, float low, float high) {
  const float raised = value > low ? value : low;
  return raised < high ? raised : high;
}

}  // namespace npusim::execute
