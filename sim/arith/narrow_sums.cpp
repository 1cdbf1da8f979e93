// SPDX-License-Identifier: Apache-2.0
// Why this is fast: lanes are channels; a tile of rows x channels stays in registers while k runs,
// so that the additions of one sum, which wait for one another, alternate with those of others. A
// product is one multiply-add of int16 pairs, one of the pair zero.
#include "sim/arith/narrow_sums.h"

#include <cstring>
#include <type_traits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sim/arith/narrow_sums.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#if !HWY_ARCH_X86
#error "the kernels add pairs of products in one lane, which Highway promises on x86 only"
#endif

HWY_BEFORE_NAMESPACE();
namespace npusim::arith::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Sums = hn::CappedTag<std::int32_t, 16>;
using Codes = hn::Repartition<std::int16_t, Sums>;
using V = hn::Vec<Sums>;
constexpr std::int64_t kLanes = HWY_MIN(HWY_MAX_BYTES / 4, 16);
constexpr int kTileRows = 6;  // 6 sums, 6 counts, and the limits, in 16 registers

// One addition in every lane. Products are below 2^16, so a sum of at most 31 bits and a product
// fit a lane.
template <Overflow kOverflow>
class NarrowAdder {
 public:
  explicit NarrowAdder(const NarrowAccumulator& accumulator)
      : low_(hn::Set(Sums(), static_cast<std::int32_t>(accumulator.least()))),
        high_(hn::Set(Sums(), static_cast<std::int32_t>(accumulator.greatest()))),
        unused_bits_(32 - accumulator.bits) {}

  // Lowers `overflows` by one where there is none.
  HWY_INLINE void add(V product, V& sum, V& overflows) const {
    const V exact = hn::Add(sum, product);
    sum = reduced(exact);
    overflows = hn::Add(overflows, hn::VecFromMask(Sums(), hn::Eq(exact, sum)));
  }
  static constexpr std::int64_t kPerAddition = 1;  // what to add for each afterwards

 private:
  HWY_INLINE V reduced(V exact) const {
    if (kOverflow == Overflow::saturate) return hn::Min(hn::Max(exact, low_), high_);
    return hn::ShiftRightSame(hn::ShiftLeftSame(exact, unused_bits_), unused_bits_);
  }

  V low_, high_;
  int unused_bits_;
};

// All 32 bits: an overflow shows in the sign, which then differs from both operands'.
template <Overflow kOverflow>
class FullAdder {
 public:
  explicit FullAdder(const NarrowAccumulator&) {}

  HWY_INLINE void add(V product, V& sum, V& overflows) const {
    const V wrapped = hn::Add(sum, product);
    const V sign = hn::And(hn::Xor(sum, wrapped), hn::Xor(product, wrapped));
    const auto overflow = hn::Lt(sign, hn::Zero(Sums()));
    overflows = hn::Sub(overflows, hn::VecFromMask(Sums(), overflow));
    if (kOverflow == Overflow::saturate) {
      const V limit = hn::Xor(hn::ShiftRight<31>(sum), hn::Set(Sums(), 0x7fffffff));
      sum = hn::IfThenElse(overflow, limit, wrapped);
    } else {
      sum = wrapped;
    }
  }
  static constexpr std::int64_t kPerAddition = 0;
};

HWY_INLINE V product_of(V a, V b) {
  const Codes codes;
  V unused = hn::Zero(Sums());
  return hn::ReorderWidenMulAccumulate(Sums(), hn::BitCast(codes, a), hn::BitCast(codes, b),
                                       hn::Zero(Sums()), unused);
}

HWY_INLINE std::int64_t sum_of_lanes(V counts) {
  std::int32_t lanes[kLanes];
  hn::StoreU(counts, Sums(), lanes);
  std::int64_t sum = 0;
  for (const std::int32_t lane : lanes) sum += lane;
  return sum;
}

// The operands of one call, in one place.
struct Rows {
  const std::int8_t* const* x;
  const PackedWeights& weights;
};

// The weights of kLanes channels at quad `w`, number k % 4 of the quad, zero point subtracted.
HWY_INLINE V weights_at(const std::int8_t* w, std::int64_t k, V zero_point) {
  const V quad = hn::BitCast(Sums(), hn::LoadU(hn::Repartition<std::int8_t, Sums>(), w));
  const int unused_bits = 24 - 8 * static_cast<int>(k % PackedWeights::kQuad);
  return hn::ShiftRight<24>(hn::ShiftLeftSame(quad, unused_bits)) - zero_point;
}

// kRows rows x one vector of channels.
template <int kRows, class Adder>
HWY_INLINE std::int64_t add_tile(const Rows& p, const Adder& adder, std::int64_t row,
                                 std::int64_t channel, std::int32_t* acc, std::int64_t acc_stride) {
  const Sums d;
  V sum[kRows];
  V overflows[kRows];
  for (int r = 0; r < kRows; ++r) {
    sum[r] = hn::LoadU(d, acc + r * acc_stride);
    overflows[r] = hn::Zero(d);
  }
  const std::int8_t* w = p.weights.of_channel(channel);
  const std::int8_t* const* x = p.x + row;
  const V zero_point = hn::Set(d, p.weights.zero_point());
  const std::int64_t k_count = p.weights.k();
  for (std::int64_t k = 0; k < k_count; ++k) {
    const V weight =
        weights_at(w + (k / PackedWeights::kQuad) * PackedWeights::kQuadBytes, k, zero_point);
    // The upper half of the weight may be its sign: the input's is zero.
    for (int r = 0; r < kRows; ++r) {
      const V input = hn::Set(d, x[r][k] & 0xffff);
      adder.add(product_of(input, weight), sum[r], overflows[r]);
    }
  }
  std::int64_t count = 0;
  for (int r = 0; r < kRows; ++r) {
    hn::StoreU(sum[r], d, acc + r * acc_stride);
    count += sum_of_lanes(overflows[r]);
  }
  return count + kRows * kLanes * k_count * Adder::kPerAddition;
}

// A tile of which `width` channels exist. The lanes beyond have zero weights and start at zero:
// they never overflow.
template <int kRows, class Adder>
HWY_INLINE std::int64_t add_channels(const Rows& p, const Adder& adder, std::int64_t row,
                                     std::int64_t channel, std::int32_t* acc,
                                     std::int64_t acc_stride) {
  std::int32_t* out = acc + row * acc_stride + channel;
  const std::int64_t width = HWY_MIN(kLanes, p.weights.n() - channel);
  if (width == kLanes) return add_tile<kRows>(p, adder, row, channel, out, acc_stride);
  std::int32_t copy[kRows * kLanes] = {};
  const auto bytes = static_cast<std::size_t>(width) * sizeof(std::int32_t);
  for (int r = 0; r < kRows; ++r) std::memcpy(copy + r * kLanes, out + r * acc_stride, bytes);
  const std::int64_t count = add_tile<kRows>(p, adder, row, channel, copy, kLanes);
  for (int r = 0; r < kRows; ++r) std::memcpy(out + r * acc_stride, copy + r * kLanes, bytes);
  return count;
}

template <class Adder>
HWY_INLINE std::int64_t add_all(const Rows& p, std::int64_t rows,
                                const NarrowAccumulator& accumulator, std::int32_t* acc,
                                std::int64_t acc_stride) {
  const Adder adder(accumulator);
  std::int64_t count = 0;
  for (std::int64_t channel = 0; channel < p.weights.n(); channel += kLanes) {
    std::int64_t row = 0;
    for (; row + kTileRows <= rows; row += kTileRows) {
      count += add_channels<kTileRows>(p, adder, row, channel, acc, acc_stride);
    }
    for (; row < rows; ++row) count += add_channels<1>(p, adder, row, channel, acc, acc_stride);
  }
  return count;
}

// Calls body with the adder's type.
template <class Body>
HWY_INLINE std::int64_t with_adder(const NarrowAccumulator& accumulator, const Body& body) {
  const bool saturate = accumulator.overflow == Overflow::saturate;
  if (accumulator.bits == 32) {
    return saturate ? body(static_cast<FullAdder<Overflow::saturate>*>(nullptr))
                    : body(static_cast<FullAdder<Overflow::wrap>*>(nullptr));
  }
  return saturate ? body(static_cast<NarrowAdder<Overflow::saturate>*>(nullptr))
                  : body(static_cast<NarrowAdder<Overflow::wrap>*>(nullptr));
}

std::int64_t add_narrow_tile(const std::int8_t* const* x_rows, std::int64_t rows,
                             const PackedWeights& weights, const NarrowAccumulator& accumulator,
                             std::int32_t* acc, std::int64_t acc_stride) {
  const Rows operands{x_rows, weights};
  return with_adder(accumulator, [&](auto* adder) {
    using Adder = std::remove_pointer_t<decltype(adder)>;
    return add_all<Adder>(operands, rows, accumulator, acc, acc_stride);
  });
}

// One row, channels [channel, channel + kLanes).
template <class Adder>
HWY_INLINE std::int64_t add_taps(const std::int8_t* const* taps, const PackedWeights& weights,
                                 const Adder& adder, std::int64_t channel, std::int32_t* acc) {
  const Sums d;
  const hn::Rebind<std::int8_t, Sums> d8;
  const std::int8_t* w = weights.of_channel(channel);
  const V zero_point = hn::Set(d, weights.zero_point());
  const V low_half = hn::Set(d, 0xffff);
  V sum = hn::LoadU(d, acc);
  V overflows = hn::Zero(d);
  for (std::int64_t tap = 0; tap < weights.k(); ++tap) {
    const V weight =
        weights_at(w + (tap / PackedWeights::kQuad) * PackedWeights::kQuadBytes, tap, zero_point);
    const V input = hn::And(hn::PromoteTo(d, hn::LoadU(d8, taps[tap] + channel)), low_half);
    adder.add(product_of(input, weight), sum, overflows);
  }
  hn::StoreU(sum, d, acc);
  return sum_of_lanes(overflows) + kLanes * weights.k() * Adder::kPerAddition;
}

HWY_INLINE std::int64_t add_channel(const std::int8_t* const* taps, const PackedWeights& weights,
                                    const NarrowAccumulator& accumulator, std::int64_t c,
                                    std::int32_t* acc) {
  std::int64_t sum = *acc;
  std::int64_t count = 0;
  for (std::int64_t tap = 0; tap < weights.k(); ++tap) {
    sum += taps[tap][c] * (weights.weight(tap, c) - weights.zero_point());
    count += accumulator.holds(sum) ? 0 : 1;
    sum = reduce(sum, accumulator);
  }
  *acc = static_cast<std::int32_t>(sum);
  return count;
}

std::int64_t add_narrow_depthwise(const std::int8_t* const* x_taps, std::int64_t rows,
                                  const PackedWeights& weights,
                                  const NarrowAccumulator& accumulator, std::int32_t* acc,
                                  std::int64_t acc_stride) {
  return with_adder(accumulator, [&](auto* type) {
    const std::remove_pointer_t<decltype(type)> adder(accumulator);
    std::int64_t count = 0;
    const std::int8_t* const* taps = x_taps;
    std::int32_t* out = acc;
    for (std::int64_t row = 0; row < rows; ++row, taps += weights.k(), out += acc_stride) {
      std::int64_t c = 0;
      for (; c + kLanes <= weights.n(); c += kLanes) {
        count += add_taps(taps, weights, adder, c, out + c);
      }
      for (; c < weights.n(); ++c) count += add_channel(taps, weights, accumulator, c, out + c);
    }
    return count;
  });
}

}  // namespace npusim::arith::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace npusim::arith {
namespace {

HWY_EXPORT(add_narrow_tile);
HWY_EXPORT(add_narrow_depthwise);

}  // namespace

std::int64_t load_narrow_bias(const std::int32_t* bias, std::int64_t n,
                              const NarrowAccumulator& accumulator, std::int32_t* acc) {
  std::int64_t count = 0;
  for (std::int64_t i = 0; i < n; ++i) {
    count += accumulator.holds(bias[i]) ? 0 : 1;
    acc[i] = static_cast<std::int32_t>(reduce(bias[i], accumulator));
  }
  return count;
}

std::int64_t add_narrow_tile(const std::int8_t* const* x_rows, std::int64_t rows,
                             const PackedWeights& weights, const NarrowAccumulator& accumulator,
                             std::int32_t* acc, std::int64_t acc_stride) {
  return HWY_DYNAMIC_DISPATCH(add_narrow_tile)(x_rows, rows, weights, accumulator, acc, acc_stride);
}

std::int64_t add_narrow_depthwise(const std::int8_t* const* x_taps, std::int64_t rows,
                                  const PackedWeights& weights,
                                  const NarrowAccumulator& accumulator, std::int32_t* acc,
                                  std::int64_t acc_stride) {
  return HWY_DYNAMIC_DISPATCH(add_narrow_depthwise)(x_taps, rows, weights, accumulator, acc,
                                                    acc_stride);
}

}  // namespace npusim::arith
#endif  // HWY_ONCE
