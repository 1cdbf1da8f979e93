// SPDX-License-Identifier: Apache-2.0
// Why this is fast although nothing is fused or reordered: a tile of pixels x channels stays in
// registers while k runs. Of tiles with as many sums those that are wide in channels need the
// fewest loads: an input is broadcast once per kTileVectors vectors of weights (6 x 4 for 12 x 2
// made 45 of 38 products a nanosecond where the arithmetic alone would allow 58). Depthwise
// kernels of 3 x 3 keep their weights in registers over a line: half of the loads.
#include "frontend/execute/float_kernels.h"

#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "frontend/execute/float_kernels.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace npusim::execute::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Floats = hn::CappedTag<float, 16>;
constexpr std::int64_t kLanes = HWY_MIN(HWY_MAX_BYTES / 4, 16);
constexpr int kTileVectors = HWY_MAX_BYTES == 64 ? 4 : 2;
constexpr int kTileSums = 6 * kTileVectors;  // 24 of 32, 12 of 16 registers
constexpr std::int64_t kStrip = FloatWeights::kStrip;

const float* weights_of(const FloatWeights& weights, std::int64_t channel) {
  return weights.data() + (channel / kStrip) * weights.strip_stride() + channel % kStrip;
}

template <class D, class V>
HWY_INLINE V clamped_vector(D d, V value, const FloatWeights& weights) {
  // Not Max and Min, whose result for zeros of both signs is left open.
  const V low = hn::Set(d, weights.low());
  const V raised = hn::IfThenElse(value > low, value, low);
  const V high = hn::Set(d, weights.high());
  return hn::IfThenElse(raised < high, raised, high);
}

template <int kRows, int kVectors>
HWY_INLINE void multiply_tile(const float* x, std::int64_t x_stride, const FloatWeights& weights,
                              std::int64_t channel, float* out, std::int64_t out_stride) {
  const Floats d;
  using V = hn::Vec<Floats>;

  V sum[kRows][kVectors];
  const float* w[kVectors];
  for (int v = 0; v < kVectors; ++v) {
    w[v] = weights_of(weights, channel + v * kLanes);
    const V bias = hn::LoadU(d, weights.bias() + channel + v * kLanes);
    for (int r = 0; r < kRows; ++r) sum[r][v] = bias;
  }
  const std::int64_t k = weights.k();
  for (std::int64_t i = 0; i < k; ++i) {
    V weight[kVectors];
    for (int v = 0; v < kVectors; ++v) weight[v] = hn::LoadU(d, w[v] + i * kStrip);
    for (int r = 0; r < kRows; ++r) {
      const V input = hn::Set(d, x[r * x_stride + i]);
      for (int v = 0; v < kVectors; ++v) sum[r][v] = sum[r][v] + input * weight[v];
    }
  }
  for (int r = 0; r < kRows; ++r) {
    for (int v = 0; v < kVectors; ++v) {
      hn::StoreU(clamped_vector(d, sum[r][v], weights), d, out + r * out_stride + v * kLanes);
    }
  }
}

// A ragged last tile of channels goes through a copy: nothing beyond the row is written.
template <int kRows, int kVectors>
HWY_INLINE void multiply_channels(const float* x, std::int64_t x_stride,
                                  const FloatWeights& weights, std::int64_t channel, float* out,
                                  std::int64_t out_stride) {
  constexpr std::int64_t kWidth = kVectors * kLanes;
  const std::int64_t width = HWY_MIN(kWidth, weights.n() - channel);
  if (width == kWidth) {
    multiply_tile<kRows, kVectors>(x, x_stride, weights, channel, out + channel, out_stride);
    return;
  }
  float copy[kRows * kWidth];
  multiply_tile<kRows, kVectors>(x, x_stride, weights, channel, copy, kWidth);
  for (int r = 0; r < kRows; ++r) {
    std::memcpy(out + r * out_stride + channel, copy + r * kWidth,
                static_cast<std::size_t>(width) * sizeof(float));
  }
}

template <int kVectors>
HWY_INLINE void multiply_panel(const float* x, std::int64_t x_stride, std::int64_t rows,
                               const FloatWeights& weights, std::int64_t channel, float* out,
                               std::int64_t out_stride) {
  constexpr int kRows = HWY_MIN(12, kTileSums / kVectors);
  std::int64_t row = 0;
  for (; row + kRows <= rows; row += kRows) {
    multiply_channels<kRows, kVectors>(x + row * x_stride, x_stride, weights, channel,
                                       out + row * out_stride, out_stride);
  }
  for (; row + 4 <= rows; row += 4) {
    multiply_channels<4, kVectors>(x + row * x_stride, x_stride, weights, channel,
                                   out + row * out_stride, out_stride);
  }
  for (; row < rows; ++row) {
    multiply_channels<1, kVectors>(x + row * x_stride, x_stride, weights, channel,
                                   out + row * out_stride, out_stride);
  }
}

void multiply_rows(const float* x, std::int64_t x_stride, std::int64_t rows,
                   const FloatWeights& weights, float* out, std::int64_t out_stride) {
  // The last tile of channels is the narrowest that holds what is left.
  std::int64_t channel = 0;
  while (channel < weights.n()) {
    const std::int64_t vectors = (weights.n() - channel + kLanes - 1) / kLanes;
    if (vectors >= kTileVectors) {
      multiply_panel<kTileVectors>(x, x_stride, rows, weights, channel, out, out_stride);
      channel += kTileVectors * kLanes;
    } else if (vectors >= 2) {
      multiply_panel<2>(x, x_stride, rows, weights, channel, out, out_stride);
      channel += 2 * kLanes;
    } else {
      multiply_panel<1>(x, x_stride, rows, weights, channel, out, out_stride);
      channel += kLanes;
    }
  }
}

template <int kVectors, class D>
HWY_INLINE void depthwise_channels(D d, const float* const* taps, const FloatWeights& weights,
                                   std::int64_t channel, float* out) {
  using V = hn::Vec<D>;
  constexpr std::int64_t kLanesOfD = hn::MaxLanes(D());
  V sum[kVectors];
  const float* w[kVectors];
  for (int v = 0; v < kVectors; ++v) {
    w[v] = weights_of(weights, channel + v * kLanesOfD);
    sum[v] = hn::LoadU(d, weights.bias() + channel + v * kLanesOfD);
  }
  const std::int64_t count = weights.k();
  for (std::int64_t tap = 0; tap < count; ++tap) {
    const float* x = taps[tap] + channel;
    for (int v = 0; v < kVectors; ++v) {
      sum[v] = sum[v] + hn::LoadU(d, x + v * kLanesOfD) * hn::LoadU(d, w[v] + tap * kStrip);
    }
  }
  for (int v = 0; v < kVectors; ++v) {
    hn::StoreU(clamped_vector(d, sum[v], weights), d, out + channel + v * kLanesOfD);
  }
}

// The same for all rows, the weights of a block of channels staying in registers meanwhile.
template <int kTaps, int kVectors>
HWY_INLINE void depthwise_held(const float* const* taps, std::int64_t rows,
                               const FloatWeights& weights, std::int64_t channel, float* out,
                               std::int64_t out_stride) {
  const Floats d;
  using V = hn::Vec<Floats>;
  V w[kTaps][kVectors];
  V bias[kVectors];
  for (int v = 0; v < kVectors; ++v) {
    const float* from = weights_of(weights, channel + v * kLanes);
    bias[v] = hn::LoadU(d, weights.bias() + channel + v * kLanes);
    for (int t = 0; t < kTaps; ++t) w[t][v] = hn::LoadU(d, from + t * kStrip);
  }
  for (std::int64_t row = 0; row < rows; ++row, taps += kTaps, out += out_stride) {
    V sum[kVectors];
    for (int v = 0; v < kVectors; ++v) sum[v] = bias[v];
    for (int t = 0; t < kTaps; ++t) {
      const float* x = taps[t] + channel;
      for (int v = 0; v < kVectors; ++v) sum[v] = sum[v] + hn::LoadU(d, x + v * kLanes) * w[t][v];
    }
    for (int v = 0; v < kVectors; ++v) {
      hn::StoreU(clamped_vector(d, sum[v], weights), d, out + channel + v * kLanes);
    }
  }
}

// Channels [c, n) of one row.
HWY_INLINE void depthwise_row(const float* const* taps, const FloatWeights& weights, std::int64_t c,
                              float* out) {
  const Floats full;
  const hn::CappedTag<float, 8> eight;
  const hn::CappedTag<float, 4> four;
  const hn::CappedTag<float, 1> one;
  const std::int64_t channels = weights.n();
  for (; c + 4 * kLanes <= channels; c += 4 * kLanes) {
    depthwise_channels<4>(full, taps, weights, c, out);
  }
  for (; c + kLanes <= channels; c += kLanes) depthwise_channels<1>(full, taps, weights, c, out);
  if (kLanes > 8 && c + 8 <= channels) {
    depthwise_channels<1>(eight, taps, weights, c, out);
    c += 8;
  }
  if (kLanes > 4 && c + 4 <= channels) {
    depthwise_channels<1>(four, taps, weights, c, out);
    c += 4;
  }
  for (; c < channels; ++c) depthwise_channels<1>(one, taps, weights, c, out);
}

void multiply_depthwise(const float* const* x_taps, std::int64_t rows, const FloatWeights& weights,
                        float* out, std::int64_t out_stride) {
  constexpr int kTaps = 9;  // of kernels of 3 x 3, which nearly all are
  constexpr int kVectors = HWY_MAX_BYTES == 64 ? 2 : 1;
  std::int64_t c = 0;
  if (weights.k() == kTaps) {
    for (; c + kVectors * kLanes <= weights.n(); c += kVectors * kLanes) {
      depthwise_held<kTaps, kVectors>(x_taps, rows, weights, c, out, out_stride);
    }
    for (; c + kLanes <= weights.n(); c += kLanes) {
      depthwise_held<kTaps, 1>(x_taps, rows, weights, c, out, out_stride);
    }
  }
  if (c == weights.n()) return;
  for (std::int64_t row = 0; row < rows; ++row) {
    depthwise_row(x_taps + row * weights.k(), weights, c, out + row * out_stride);
  }
}

}  // namespace npusim::execute::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace npusim::execute {
namespace {
HWY_EXPORT(multiply_rows);
HWY_EXPORT(multiply_depthwise);
}  // namespace

void multiply_rows(const float* x, std::int64_t x_stride, std::int64_t rows,
                   const FloatWeights& weights, float* out, std::int64_t out_stride) {
  HWY_DYNAMIC_DISPATCH(multiply_rows)(x, x_stride, rows, weights, out, out_stride);
}

void multiply_depthwise(const float* const* x_taps, std::int64_t rows, const FloatWeights& weights,
                        float* out, std::int64_t out_stride) {
  HWY_DYNAMIC_DISPATCH(multiply_depthwise)(x_taps, rows, weights, out, out_stride);
}

}  // namespace npusim::execute
#endif  // HWY_ONCE
