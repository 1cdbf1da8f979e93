// SPDX-License-Identifier: Apache-2.0
// Why this is fast: lanes are channels, the inputs of two taps are put side by side in one int32
// lane and meet their two weights in one multiply-add; several vectors of channels share the
// fetching of the tap pointers.
#include "sim/arith/depthwise.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sim/arith/depthwise.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#if !HWY_ARCH_X86
#error "the kernels add pairs of products in one lane, which Highway promises on x86 only"
#endif

HWY_BEFORE_NAMESPACE();
namespace npusim::arith::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

constexpr std::int64_t kStrip = PackedWeights::kStrip;
constexpr std::int64_t kFullLanes = HWY_MIN(HWY_MAX_BYTES / 4, 16);

// Channels [channel, channel + kVectors * lanes of d) of one row.
template <int kVectors, class D>
HWY_INLINE void depthwise_channels(D d, const std::int8_t* const* taps,
                                   const PackedWeights& weights, std::int64_t channel,
                                   const std::int32_t* begin, std::int32_t* acc) {
  const hn::Repartition<std::int16_t, D> d16;
  const hn::Rebind<std::int8_t, D> d8;
  using V = hn::Vec<D>;
  constexpr std::int64_t kLanes = hn::MaxLanes(D());

  V sum[kVectors];
  const std::int16_t* w[kVectors];
  for (int v = 0; v < kVectors; ++v) {
    const std::int64_t c = channel + v * kLanes;
    sum[v] = hn::LoadU(d, begin + c);
    w[v] = weights.data() + (c / kStrip) * weights.strip_stride() + (c % kStrip) * 2;
  }
  const std::int64_t last_tap = weights.k() - 1;
  for (std::int64_t pair = 0; pair < weights.pairs(); ++pair) {
    // The partner of an odd last tap has zero weights; any readable address serves.
    const std::int8_t* even = taps[2 * pair];
    const std::int8_t* odd = taps[HWY_MIN(2 * pair + 1, last_tap)];
    for (int v = 0; v < kVectors; ++v) {
      const std::int64_t c = channel + v * kLanes;
      const auto x_even = hn::BitCast(d16, hn::PromoteTo(d, hn::LoadU(d8, even + c)));
      const auto x_odd =
          hn::BitCast(d16, hn::ShiftLeft<16>(hn::PromoteTo(d, hn::LoadU(d8, odd + c))));
      const auto weight = hn::LoadU(d16, w[v] + pair * 2 * kStrip);
      const auto products = hn::OddEven(x_odd, x_even);
      V unused = hn::Zero(d);
      sum[v] = hn::ReorderWidenMulAccumulate(d, products, weight, sum[v], unused);
    }
  }
  for (int v = 0; v < kVectors; ++v) hn::StoreU(sum[v], d, acc + channel + v * kLanes);
}

HWY_INLINE void depthwise_channel(const std::int8_t* const* taps, const PackedWeights& weights,
                                  std::int64_t c, const std::int32_t* begin, std::int32_t* acc) {
  const std::int16_t* w = weights.data() + (c / kStrip) * weights.strip_stride() + (c % kStrip) * 2;
  auto sum = static_cast<std::uint32_t>(begin[c]);
  for (std::int64_t tap = 0; tap < weights.k(); ++tap) {
    sum += static_cast<std::uint32_t>(taps[tap][c] * w[(tap / 2) * 2 * kStrip + tap % 2]);
  }
  acc[c] = static_cast<std::int32_t>(sum);
}

HWY_INLINE void depthwise_row(const std::int8_t* const* taps, const PackedWeights& weights,
                              const std::int32_t* begin, std::int32_t* acc) {
  const hn::CappedTag<std::int32_t, 16> full;
  const hn::CappedTag<std::int32_t, 8> eight;
  const hn::CappedTag<std::int32_t, 4> four;
  const std::int64_t channels = weights.n();
  std::int64_t c = 0;
  for (; c + 4 * kFullLanes <= channels; c += 4 * kFullLanes) {
    depthwise_channels<4>(full, taps, weights, c, begin, acc);
  }
  for (; c + kFullLanes <= channels; c += kFullLanes) {
    depthwise_channels<1>(full, taps, weights, c, begin, acc);
  }
  if (kFullLanes > 8 && c + 8 <= channels) {
    depthwise_channels<1>(eight, taps, weights, c, begin, acc);
    c += 8;
  }
  if (kFullLanes > 4 && c + 4 <= channels) {
    depthwise_channels<1>(four, taps, weights, c, begin, acc);
    c += 4;
  }
  for (; c < channels; ++c) depthwise_channel(taps, weights, c, begin, acc);
}

void accumulate_depthwise(const std::int8_t* const* x_taps, std::int64_t rows,
                          const PackedWeights& weights, const std::int32_t* bias, std::int32_t* acc,
                          std::int64_t acc_stride) {
  for (std::int64_t row = 0; row < rows; ++row, x_taps += weights.k(), acc += acc_stride) {
    depthwise_row(x_taps, weights, bias != nullptr ? bias : acc, acc);
  }
}

}  // namespace npusim::arith::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace npusim::arith {
namespace {
HWY_EXPORT(accumulate_depthwise);
}  // namespace

void accumulate_depthwise(const std::int8_t* const* x_taps, std::int64_t rows,
                          const PackedWeights& weights, const std::int32_t* bias, std::int32_t* acc,
                          std::int64_t acc_stride) {
  HWY_DYNAMIC_DISPATCH(accumulate_depthwise)(x_taps, rows, weights, bias, acc, acc_stride);
}

}  // namespace npusim::arith
#endif  // HWY_ONCE
