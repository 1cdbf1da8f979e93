// SPDX-License-Identifier: Apache-2.0
// Why this is fast: lanes are channels, the inputs of two taps are put side by side in one int32
// lane and meet their two weights in one multiply-add. The weights of a few channels are widened
// and brought into the order in which the inputs come once for all rows.
//
// Why it is exact: products of int16 pairs are added in int32, and sums are modulo 2^32.
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

constexpr std::int64_t kTapsAtOnce = 16;

// The operands of one call, in one place.
struct Depthwise {
  const std::int8_t* const* x_taps;
  std::int64_t rows;
  const PackedWeights& weights;
  const std::int32_t* bias;  // nullptr: acc holds what the sums begin at
  std::int32_t* acc;
  std::int64_t acc_stride;

  std::int32_t difference(std::int64_t tap, std::int64_t channel) const {
    return weights.weight(tap, channel) - weights.zero_point();
  }
};

// Taps [first, first + taps) of lanes-of-D channels from `channel` on, all rows. A pair of taps
// fills two vectors of sums: in each 128-bit block the lower channels go to one, the upper to the
// other.
template <class D>
class DepthwiseChannels {
 public:
  DepthwiseChannels(const Depthwise& operands, std::int64_t channel, std::int64_t first,
                    std::int64_t taps)
      : p_(operands), channel_(channel), first_(first), taps_(taps) {
    for (std::int64_t tap = 0; tap < taps; tap += 2) {
      const auto even = weights_of(tap);
      const auto odd = tap + 1 < taps ? weights_of(tap + 1) : hn::Zero(D());
      hn::Store(hn::InterleaveLower(D(), even, odd), D(), weights_ + tap * kLanes);
      hn::Store(hn::InterleaveUpper(D(), even, odd), D(), weights_ + (tap + 1) * kLanes);
    }
  }

  HWY_INLINE void add(std::int64_t row) const {
    const Sums d;
    const std::int8_t* const* x = p_.x_taps + row * p_.weights.k() + first_;
    auto lower = hn::Zero(d);
    auto upper = hn::Zero(d);
    for (std::int64_t tap = 0; tap < taps_; tap += 2) {
      const auto even = load(x[tap]);
      const auto odd = tap + 1 < taps_ ? load(x[tap + 1]) : hn::Zero(D());
      const std::int16_t* w = weights_ + tap * kLanes;
      auto unused = hn::Zero(d);
      lower = hn::ReorderWidenMulAccumulate(d, hn::InterleaveLower(D(), even, odd),
                                            hn::Load(D(), w), lower, unused);
      upper = hn::ReorderWidenMulAccumulate(d, hn::InterleaveUpper(D(), even, odd),
                                            hn::Load(D(), w + kLanes), upper, unused);
    }
    std::int32_t* acc = p_.acc + row * p_.acc_stride + channel_;
    const std::int32_t* begin = p_.bias != nullptr && first_ == 0 ? p_.bias + channel_ : acc;
    const auto first_half = in_order_lower(lower, upper) + hn::LoadU(d, begin);
    const auto second_half = in_order_upper(lower, upper) + hn::LoadU(d, begin + kLanes / 2);
    hn::StoreU(first_half, d, acc);
    hn::StoreU(second_half, d, acc + kLanes / 2);
  }

  static constexpr std::int64_t kLanes = hn::MaxLanes(D());

 private:
  using Sums = hn::Repartition<std::int32_t, D>;
  using S = hn::Vec<Sums>;

  HWY_INLINE hn::Vec<D> load(const std::int8_t* x) const {
    return hn::PromoteTo(D(), hn::LoadU(hn::Rebind<std::int8_t, D>(), x + channel_));
  }

  HWY_INLINE hn::Vec<D> weights_of(std::int64_t tap) const {
    std::int16_t values[kLanes];
    for (std::int64_t i = 0; i < kLanes; ++i) {
      values[i] = static_cast<std::int16_t>(p_.difference(first_ + tap, channel_ + i));
    }
    return hn::LoadU(D(), values);
  }

  HWY_INLINE static S in_order_lower(S lower, S upper) {
    return kLanes == 16 ? hn::ConcatLowerLower(Sums(), upper, lower) : lower;
  }
  HWY_INLINE static S in_order_upper(S lower, S upper) {
    return kLanes == 16 ? hn::ConcatUpperUpper(Sums(), upper, lower) : upper;
  }

  const Depthwise& p_;
  std::int64_t channel_, first_, taps_;
  alignas(64) std::int16_t weights_[kTapsAtOnce * kLanes];
};

template <class D>
HWY_INLINE std::int64_t add_channels(D /*d*/, const Depthwise& p, std::int64_t channel) {
  std::int64_t first = 0;
  do {
    const std::int64_t taps = HWY_MIN(kTapsAtOnce, p.weights.k() - first);
    const DepthwiseChannels<D> channels(p, channel, first, taps);
    for (std::int64_t row = 0; row < p.rows; ++row) channels.add(row);
    first += kTapsAtOnce;
  } while (first < p.weights.k());
  return DepthwiseChannels<D>::kLanes;
}

HWY_INLINE void add_channel(const Depthwise& p, std::int64_t channel) {
  const std::int64_t k = p.weights.k();
  for (std::int64_t row = 0; row < p.rows; ++row) {
    std::int32_t* acc = p.acc + row * p.acc_stride + channel;
    auto sum = static_cast<std::uint32_t>(p.bias != nullptr ? p.bias[channel] : *acc);
    for (std::int64_t tap = 0; tap < k; ++tap) {
      const std::int32_t x = p.x_taps[row * k + tap][channel];
      sum += static_cast<std::uint32_t>(x * p.difference(tap, channel));
    }
    *acc = static_cast<std::int32_t>(sum);
  }
}

void accumulate_depthwise(const std::int8_t* const* x_taps, std::int64_t rows,
                          const PackedWeights& weights, const std::int32_t* bias, std::int32_t* acc,
                          std::int64_t acc_stride) {
  const hn::CappedTag<std::int16_t, 16> full;
  const hn::CappedTag<std::int16_t, 8> eight;
  const Depthwise operands{x_taps, rows, weights, bias, acc, acc_stride};
  constexpr std::int64_t kFullLanes = HWY_MIN(HWY_MAX_BYTES / 2, 16);
  const std::int64_t n = weights.n();
  std::int64_t channel = 0;
  while (channel + kFullLanes <= n) channel += add_channels(full, operands, channel);
  while (channel + 8 <= n) channel += add_channels(eight, operands, channel);
  for (; channel < n; ++channel) add_channel(operands, channel);
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
