// SPDX-License-Identifier: Apache-2.0
// Why this is fast: one instruction multiplies two int16 pairs per int32 lane and adds the products
// (pmaddwd), and a tile of rows x channels stays in registers while k runs, so that a pair of
// inputs is broadcast once per two vectors of channels and a vector of weights loaded once per tile
// of rows.
#include "sim/arith/matmul.h"

#include <algorithm>
#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sim/arith/matmul.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#if !HWY_ARCH_X86
#error "the kernels add pairs of products in one lane, which Highway promises on x86 only"
#endif

HWY_BEFORE_NAMESPACE();
namespace npusim::arith::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Accumulators = hn::CappedTag<std::int32_t, 16>;
constexpr std::int64_t kLanes = HWY_MIN(HWY_MAX_BYTES / 4, 16);
constexpr int kTileVectors = 2;
constexpr int kTileRows = HWY_MAX_BYTES == 64 ? 12 : 6;  // 2 x 12 of 32, 2 x 6 of 16 registers
constexpr std::int64_t kStrip = PackedWeights::kStrip;

// The operands of one call, in one place.
struct Product {
  const std::int16_t* x;
  std::int64_t x_stride;
  const std::int16_t* weights;
  std::int64_t strip_stride;
  std::int64_t pairs;
  const std::int32_t* bias;
  std::int32_t* acc;
  std::int64_t acc_stride;
  std::int64_t channels;

  const std::int16_t* weights_of(std::int64_t channel) const {
    return weights + (channel / kStrip) * strip_stride + (channel % kStrip) * 2;
  }
};

template <int kRows, int kVectors>
HWY_INLINE void multiply_tile(const Product& p, std::int64_t row, std::int64_t channel,
                              const std::int32_t* begin, std::int64_t begin_stride,
                              std::int32_t* out, std::int64_t out_stride) {
  const Accumulators d;
  const hn::Repartition<std::int16_t, Accumulators> d16;
  using V = hn::Vec<Accumulators>;

  V sum[kRows][kVectors];
  for (int r = 0; r < kRows; ++r) {
    for (int v = 0; v < kVectors; ++v) {
      sum[r][v] = hn::LoadU(d, begin + r * begin_stride + v * kLanes);
    }
  }
  const std::int16_t* w[kVectors];
  for (int v = 0; v < kVectors; ++v) w[v] = p.weights_of(channel + v * kLanes);
  const std::int16_t* x = p.x + row * p.x_stride;
  V unused = hn::Zero(d);
  for (std::int64_t pair = 0; pair < p.pairs; ++pair) {
    hn::Vec<decltype(d16)> weight[kVectors];
    for (int v = 0; v < kVectors; ++v) weight[v] = hn::LoadU(d16, w[v] + pair * 2 * kStrip);
    for (int r = 0; r < kRows; ++r) {
      std::int32_t two = 0;
      std::memcpy(&two, x + r * p.x_stride + 2 * pair, sizeof two);
      const auto inputs = hn::BitCast(d16, hn::Set(d, two));
      for (int v = 0; v < kVectors; ++v) {
        sum[r][v] = hn::ReorderWidenMulAccumulate(d, inputs, weight[v], sum[r][v], unused);
      }
    }
  }
  for (int r = 0; r < kRows; ++r) {
    for (int v = 0; v < kVectors; ++v) {
      hn::StoreU(sum[r][v], d, out + r * out_stride + v * kLanes);
    }
  }
}

// A tile of which `channels` channels exist: whole ones are worked on where they are, a ragged last
// one in a copy, so that nothing beyond the accumulator's row is touched.
template <int kRows, int kVectors>
HWY_INLINE void multiply_channels(const Product& p, std::int64_t row, std::int64_t channel) {
  constexpr std::int64_t kWidth = kVectors * kLanes;
  std::int32_t* acc = p.acc + row * p.acc_stride + channel;
  const std::int32_t* begin = p.bias != nullptr ? p.bias + channel : acc;
  const std::int64_t begin_stride = p.bias != nullptr ? 0 : p.acc_stride;
  const std::int64_t width = HWY_MIN(kWidth, p.channels - channel);
  if (width == kWidth) {
    multiply_tile<kRows, kVectors>(p, row, channel, begin, begin_stride, acc, p.acc_stride);
    return;
  }
  std::int32_t copy[kRows * kWidth] = {};
  const auto bytes = static_cast<std::size_t>(width) * sizeof(std::int32_t);
  for (int r = 0; r < kRows; ++r) std::memcpy(copy + r * kWidth, begin + r * begin_stride, bytes);
  multiply_tile<kRows, kVectors>(p, row, channel, copy, kWidth, copy, kWidth);
  for (int r = 0; r < kRows; ++r) std::memcpy(acc + r * p.acc_stride, copy + r * kWidth, bytes);
}

template <int kVectors>
HWY_INLINE void multiply_panel(const Product& p, std::int64_t rows, std::int64_t channel) {
  std::int64_t row = 0;
  for (; row + kTileRows <= rows; row += kTileRows) {
    multiply_channels<kTileRows, kVectors>(p, row, channel);
  }
  for (; row + 4 <= rows; row += 4) multiply_channels<4, kVectors>(p, row, channel);
  for (; row < rows; ++row) multiply_channels<1, kVectors>(p, row, channel);
}

// A panel of channels is finished for all rows before the next one: its weights stay in the first
// cache.
HWY_INLINE void multiply_all(const Product& p, std::int64_t rows) {
  std::int64_t channel = 0;
  for (; p.channels - channel > kLanes; channel += kTileVectors * kLanes) {
    multiply_panel<kTileVectors>(p, rows, channel);
  }
  if (channel < p.channels) multiply_panel<1>(p, rows, channel);
}

Product make_product(const std::int16_t* x, std::int64_t x_stride, const PackedWeights& weights,
                     const std::int32_t* bias, std::int32_t* acc, std::int64_t acc_stride) {
  return {x,   x_stride,   weights.data(), weights.strip_stride(), weights.pairs(), bias,
          acc, acc_stride, weights.n()};
}

void multiply_rows(const std::int16_t* x, std::int64_t x_stride, std::int64_t rows,
                   const PackedWeights& weights, const std::int32_t* bias, std::int32_t* acc,
                   std::int64_t acc_stride) {
  multiply_all(make_product(x, x_stride, weights, bias, acc, acc_stride), rows);
}

HWY_INLINE void widen(const std::int8_t* values, std::int64_t count, std::int16_t* out) {
  const hn::CappedTag<std::int16_t, 32> d16;
  const hn::Rebind<std::int8_t, decltype(d16)> d8;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d16));
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    hn::StoreU(hn::PromoteTo(d16, hn::LoadU(d8, values + i)), d16, out + i);
  }
  for (; i < count; ++i) out[i] = std::int16_t{values[i]};
}

void accumulate_tile(const std::int8_t* const* x_rows, std::int64_t rows,
                     const PackedWeights& weights, std::int32_t* acc, std::int64_t acc_stride,
                     std::int16_t* scratch) {
  const std::int64_t stride = 2 * weights.pairs();
  for (std::int64_t row = 0; row < rows; row += kTileRows) {
    const std::int64_t count = HWY_MIN(std::int64_t{kTileRows}, rows - row);
    for (std::int64_t r = 0; r < count; ++r) {
      widen(x_rows[row + r], weights.k(), scratch + r * stride);
    }
    multiply_all(
        make_product(scratch, stride, weights, nullptr, acc + row * acc_stride, acc_stride), count);
  }
}

}  // namespace npusim::arith::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace npusim::arith {
namespace {

constexpr std::int64_t kMaxTileRows = 12;

HWY_EXPORT(multiply_rows);
HWY_EXPORT(accumulate_tile);

}  // namespace

void multiply_rows(const std::int16_t* x, std::int64_t x_stride, std::int64_t rows,
                   const PackedWeights& weights, const std::int32_t* bias, std::int32_t* acc,
                   std::int64_t acc_stride) {
  HWY_DYNAMIC_DISPATCH(multiply_rows)(x, x_stride, rows, weights, bias, acc, acc_stride);
}

void accumulate_tile(const std::int8_t* const* x_rows, std::int64_t rows,
                     const PackedWeights& weights, std::int32_t* acc, std::int64_t acc_stride,
                     std::vector<std::int16_t>& scratch) {
  const auto needed = static_cast<std::size_t>(kMaxTileRows * 2 * weights.pairs());
  if (scratch.size() < needed) scratch.resize(needed);
  HWY_DYNAMIC_DISPATCH(accumulate_tile)(x_rows, rows, weights, acc, acc_stride, scratch.data());
}

}  // namespace npusim::arith
#endif  // HWY_ONCE
