// SPDX-License-Identifier: Apache-2.0
// Why this is fast: lanes are channels, the inputs of two taps are put side by side in one int32
// lane and meet their two weights in one multiply-add. The weights of a few channels are widened
// and brought into the order in which the inputs come once for many rows.
//
// Along a line of pixels under a 3x3 kernel that moves by one, a column of three inputs is put side
// by side once and serves the three pixels that it is the left, the middle and the right column of.
//
// Why it is exact: products of int16 pairs are added in int32, and sums are modulo 2^32.
#include "sim/arith/depthwise.h"

#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sim/arith/depthwise.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "sim/arith/requantize-inl.h"

#if !HWY_ARCH_X86
#error "the kernels add pairs of products in one lane, which Highway promises on x86 only"
#endif

HWY_BEFORE_NAMESPACE();
namespace npusim::arith::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

constexpr std::int64_t kTapsAtOnce = 64;
constexpr std::int64_t kRowsAtOnce = 64;

constexpr std::int64_t kMostChannels = HWY_MIN(HWY_MAX_BYTES / 2, 16);

// The operands of one call, in one place.
struct Depthwise {
  const TapRows& rows;
  const PackedWeights& weights;
  const std::int32_t* bias;  // nullptr: acc holds what the sums begin at
  std::int32_t* acc;         // where the sums go; nullptr: they are requantized instead
  std::int64_t acc_stride;
  const rq::CodeRows* codes;

  // Whether tap 3 * i + j of a pixel is tap 3 * i + j - 1 of the next one.
  bool is_sliding() const {
    if (weights.k() != 9 || rows.tap_stride != 0) return false;
    for (std::int64_t tap = 0; tap < 9; ++tap) {
      if (tap % 3 != 0 && rows.taps[tap] != rows.taps[tap - 1] + rows.step) return false;
    }
    return true;
  }
};

// kChannels channels: 16, or 8 where the processor has no more or no more are left.
template <std::int64_t kChannels>
class DepthwiseBlock {
 public:
  DepthwiseBlock(const Depthwise& operands, std::int64_t channel, std::int64_t row,
                 std::int64_t rows)
      : p_(operands), channel_(channel), row_(row), rows_(rows) {}

  // All taps of the rows.
  void add() {
    std::int32_t made[kRowsAtOnce * kChannels];
    std::int32_t* acc = p_.acc == nullptr ? made : p_.acc + row_ * p_.acc_stride + channel_;
    const std::int64_t stride = p_.acc == nullptr ? kChannels : p_.acc_stride;
    const std::int32_t* begin = p_.bias != nullptr ? p_.bias + channel_ : acc;
    std::int64_t begin_stride = p_.bias != nullptr ? 0 : stride;
    const std::int64_t k = p_.weights.k();
    std::int64_t first = 0;
    do {
      const std::int64_t taps = HWY_MIN(kTapsAtOnce, k - first);
      prepare_weights(first, taps);
      if (p_.is_sliding()) {
        arrange_columns();
        slide(begin, begin_stride, acc, stride);
      } else if (k == 9) {
        add_rows<9>(first, taps, begin, begin_stride, acc, stride);
      } else {
        add_rows<0>(first, taps, begin, begin_stride, acc, stride);
      }
      begin = acc;
      begin_stride = stride;
      first += kTapsAtOnce;
    } while (first < k);
    if (p_.codes != nullptr) p_.codes->make(channel_, kChannels, acc, stride, row_, rows_);
  }

 private:
  using Words = hn::CappedTag<std::int16_t, kChannels>;
  using Sums = hn::Repartition<std::int32_t, Words>;
  using Unsigned = hn::RebindToUnsigned<Sums>;
  using Bytes = hn::Rebind<std::int8_t, Words>;
  using W = hn::Vec<Words>;
  using S = hn::Vec<Sums>;

  // Of each 128-bit block of interleaved inputs, the lower half goes to one vector of sums and the
  // upper half to the other.
  struct Pair {
    S lower, upper;
  };

  HWY_INLINE static Pair in_order(const Pair& sums) {
    if (kChannels < 16) return sums;
    return {hn::ConcatLowerLower(Sums(), sums.upper, sums.lower),
            hn::ConcatUpperUpper(Sums(), sums.upper, sums.lower)};
  }

  // A quarter of the channels' quads: as many bytes as a vector has words.
  HWY_INLINE static S quarter(const std::int8_t* quad, std::int64_t i, W zero_point) {
    const W words = hn::PromoteTo(Words(), hn::LoadU(Bytes(), quad + i * kChannels));
    return hn::BitCast(Sums(), words - zero_point);
  }

  HWY_INLINE void store_weights(std::int64_t tap, S pairs) {
    hn::Store(hn::BitCast(Words(), pairs), Words(), weights_ + tap * kChannels);
  }

  // The weights of taps [first, first + taps) in the order of interleaved inputs: of two taps at a
  // time the lower vector, then the upper one.
  HWY_INLINE void prepare_weights(std::int64_t first, std::int64_t taps) {
    const std::int8_t* quad =
        p_.weights.of_channel(channel_) + first / PackedWeights::kQuad * PackedWeights::kQuadBytes;
    const W zero_point = hn::Set(Words(), static_cast<std::int16_t>(p_.weights.zero_point()));
    constexpr std::int64_t kOther = kChannels == 16 ? 2 : 1;  // of the same vector
    for (std::int64_t tap = 0; tap < taps; tap += 4, quad += PackedWeights::kQuadBytes) {
      const S lower = quarter(quad, 0, zero_point);
      const S lower_other = quarter(quad, kOther, zero_point);
      const S upper = quarter(quad, 3 - kOther, zero_point);
      const S upper_other = quarter(quad, 3, zero_point);
      store_weights(tap, hn::ConcatEven(Sums(), lower_other, lower));
      store_weights(tap + 1, hn::ConcatEven(Sums(), upper_other, upper));
      store_weights(tap + 2, hn::ConcatOdd(Sums(), lower_other, lower));
      store_weights(tap + 3, hn::ConcatOdd(Sums(), upper_other, upper));
    }
  }

  HWY_INLINE static W load_inputs(const std::int8_t* x) {
    return hn::PromoteTo(Words(), hn::LoadU(Bytes(), x));
  }
  HWY_INLINE W load_weights(std::int64_t tap) const {
    return hn::Load(Words(), weights_ + tap * kChannels);
  }

  // The products of one row; x: its taps' inputs, `offset` behind the pointers. kTaps: their number
  // where it is known, else 0.
  template <int kTaps>
  HWY_INLINE Pair products(const std::int8_t* const* x, std::int64_t offset,
                           std::int64_t taps) const {
    const Sums d;
    Pair sums{hn::Zero(d), hn::Zero(d)};
    const std::int64_t count = kTaps > 0 ? kTaps : taps;
#pragma GCC unroll 5
    for (std::int64_t tap = 0; tap < count; tap += 2) {
      const W even = load_inputs(x[tap] + offset);
      const W odd = tap + 1 < count ? load_inputs(x[tap + 1] + offset) : hn::Zero(Words());
      auto unused = hn::Zero(d);
      sums.lower = hn::ReorderWidenMulAccumulate(d, hn::InterleaveLower(Words(), even, odd),
                                                 load_weights(tap), sums.lower, unused);
      sums.upper = hn::ReorderWidenMulAccumulate(d, hn::InterleaveUpper(Words(), even, odd),
                                                 load_weights(tap + 1), sums.upper, unused);
    }
    return in_order(sums);
  }

  // Adds the products of taps [first, first + taps) to begin.
  template <int kTaps>
  HWY_INLINE void add_rows(std::int64_t first, std::int64_t taps, const std::int32_t* begin,
                           std::int64_t begin_stride, std::int32_t* acc,
                           std::int64_t stride) const {
    const Sums d;
    constexpr std::int64_t kHalf = kChannels / 2;
    for (std::int64_t row = row_; row < row_ + rows_; ++row) {
      const std::int8_t* const* x = p_.rows.taps + row * p_.rows.tap_stride + first;
      const Pair sums = products<kTaps>(x, row * p_.rows.step + channel_, taps);
      hn::StoreU(sums.lower + hn::LoadU(d, begin), d, acc);
      hn::StoreU(sums.upper + hn::LoadU(d, begin + kHalf), d, acc + kHalf);
      begin += begin_stride;
      acc += stride;
    }
  }

  // The weights of nine taps, as prepared, brought to three columns of a pair and a single one.
  HWY_INLINE void arrange_columns() {
    for (std::int64_t half = 0; half < 2; ++half) {
      const W w01 = load_weights(half);
      const W w23 = load_weights(2 + half);
      const W w45 = load_weights(4 + half);
      const W w67 = load_weights(6 + half);
      const W w8 = load_weights(8 + half);
      const auto upper = [](W w) HWY_ATTR {
        return hn::BitCast(Words(), hn::ShiftRight<16>(hn::BitCast(Unsigned(), w)));
      };
      const auto raised = [](W w) HWY_ATTR {
        return hn::BitCast(Words(), hn::ShiftLeft<16>(hn::BitCast(Unsigned(), w)));
      };
      const W none = hn::Zero(Words());
      const W columns[6] = {hn::OddEven(w23, w01),
                            hn::OddEven(none, w67),
                            hn::OddEven(raised(w45), upper(w01)),
                            upper(w67),
                            hn::OddEven(w45, w23),
                            hn::OddEven(none, w8)};
      for (std::int64_t i = 0; i < 6; ++i) {
        hn::Store(columns[i], Words(), weights_ + (2 * i + half) * kChannels);
      }
    }
  }

  // A column of three inputs, as pairs: the upper two, and the lowest with nothing.
  struct Column {
    W lower_pair, upper_pair, lower_single, upper_single;
  };

  HWY_INLINE Column load_column(std::int64_t offset) const {
    const std::int8_t* const* taps = p_.rows.taps;
    const W first = load_inputs(taps[0] + offset);
    const W second = load_inputs(taps[3] + offset);
    const W third = load_inputs(taps[6] + offset);
    const W none = hn::Zero(Words());
    return {hn::InterleaveLower(Words(), first, second),
            hn::InterleaveUpper(Words(), first, second), hn::InterleaveLower(Words(), third, none),
            hn::InterleaveUpper(Words(), third, none)};
  }

  // sums + the column times column `at` of the weights.
  HWY_INLINE Pair plus(Pair sums, const Column& x, std::int64_t at) const {
    const Sums d;
    auto unused = hn::Zero(d);
    const std::int64_t w = 4 * at;
    sums.lower =
        hn::ReorderWidenMulAccumulate(d, x.lower_pair, load_weights(w), sums.lower, unused);
    sums.upper =
        hn::ReorderWidenMulAccumulate(d, x.upper_pair, load_weights(w + 1), sums.upper, unused);
    sums.lower =
        hn::ReorderWidenMulAccumulate(d, x.lower_single, load_weights(w + 2), sums.lower, unused);
    sums.upper =
        hn::ReorderWidenMulAccumulate(d, x.upper_single, load_weights(w + 3), sums.upper, unused);
    return sums;
  }

  // As add_rows(), column by column: each is the last of one pixel, and the first and second of
  // those that follow.
  HWY_INLINE void slide(const std::int32_t* begin, std::int64_t begin_stride, std::int32_t* acc,
                        std::int64_t stride) const {
    const Sums d;
    constexpr std::int64_t kHalf = kChannels / 2;
    const Pair none{hn::Zero(d), hn::Zero(d)};
    std::int64_t offset = row_ * p_.rows.step + channel_;
    Pair next = plus(none, load_column(offset), 0);
    offset += p_.rows.step;
    const Column second = load_column(offset);
    Pair sums = plus(next, second, 1);
    next = plus(none, second, 0);
    for (std::int64_t row = 0; row < rows_; ++row) {
      offset += p_.rows.step;
      const Column x = load_column(offset);
      const Pair done = in_order(plus(sums, x, 2));
      sums = plus(next, x, 1);
      next = plus(none, x, 0);
      hn::StoreU(done.lower + hn::LoadU(d, begin), d, acc);
      hn::StoreU(done.upper + hn::LoadU(d, begin + kHalf), d, acc + kHalf);
      begin += begin_stride;
      acc += stride;
    }
  }

  const Depthwise& p_;
  std::int64_t channel_, row_, rows_;
  alignas(64) std::int16_t weights_[kTapsAtOnce * kChannels];
};

// A channel that does not fill a vector with others.
void add_channel(const Depthwise& p, std::int64_t channel, std::int64_t first, std::int64_t rows) {
  std::int32_t made[kRowsAtOnce] = {};
  const std::int64_t k = p.weights.k();
  for (std::int64_t row = first; row < first + rows; ++row) {
    std::int32_t* acc =
        p.acc == nullptr ? made + (row - first) : p.acc + row * p.acc_stride + channel;
    const std::int8_t* const* taps = p.rows.taps + row * p.rows.tap_stride;
    auto sum = static_cast<std::uint32_t>(p.bias != nullptr ? p.bias[channel] : *acc);
    for (std::int64_t tap = 0; tap < k; ++tap) {
      const std::int32_t weight = p.weights.weight(tap, channel) - p.weights.zero_point();
      sum += static_cast<std::uint32_t>(taps[tap][row * p.rows.step + channel] * weight);
    }
    *acc = static_cast<std::int32_t>(sum);
  }
  if (p.codes != nullptr) p.codes->make(channel, 1, made, 1, first, rows);
}

void add_depthwise(const Depthwise& p) {
  const std::int64_t n = p.weights.n();
  for (std::int64_t row = 0; row < p.rows.count; row += kRowsAtOnce) {
    const std::int64_t rows = HWY_MIN(kRowsAtOnce, p.rows.count - row);
    std::int64_t channel = 0;
    for (; channel + kMostChannels <= n; channel += kMostChannels) {
      DepthwiseBlock<kMostChannels>(p, channel, row, rows).add();
    }
    for (; channel + 8 <= n; channel += 8) DepthwiseBlock<8>(p, channel, row, rows).add();
    for (; channel < n; ++channel) add_channel(p, channel, row, rows);
  }
}

void accumulate_depthwise(const TapRows& rows, const PackedWeights& weights,
                          const std::int32_t* bias, std::int32_t* acc, std::int64_t acc_stride) {
  add_depthwise({rows, weights, bias, acc, acc_stride, nullptr});
}

void depthwise_to_codes(const TapRows& rows, const PackedWeights& weights, const std::int32_t* bias,
                        const RequantizationTable& table, std::int8_t* out,
                        std::int64_t out_stride) {
  const rq::CodeRows codes(table, 0, out, out_stride);
  add_depthwise({rows, weights, bias, nullptr, 0, &codes});
}

}  // namespace npusim::arith::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace npusim::arith {
namespace {
HWY_EXPORT(accumulate_depthwise);
HWY_EXPORT(depthwise_to_codes);
}  // namespace

void accumulate_depthwise(const TapRows& rows, const PackedWeights& weights,
                          const std::int32_t* bias, std::int32_t* acc, std::int64_t acc_stride) {
  HWY_DYNAMIC_DISPATCH(accumulate_depthwise)(rows, weights, bias, acc, acc_stride);
}

void depthwise_to_codes(const TapRows& rows, const PackedWeights& weights, const std::int32_t* bias,
                        const RequantizationTable& table, std::int8_t* out,
                        std::int64_t out_stride) {
  HWY_DYNAMIC_DISPATCH(depthwise_to_codes)(rows, weights, bias, table, out, out_stride);
}

}  // namespace npusim::arith
#endif  // HWY_ONCE
