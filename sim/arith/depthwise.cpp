// SPDX-License-Identifier: Apache-2.0
// Why this is fast: lanes are channels, the inputs of two taps are put side by side in one int32
// lane and meet their two weights in one multiply-add. The weights of a few channels are widened
// and brought into the order in which the inputs come once for many rows.
//
// Along a line of pixels under a 3x3 kernel that moves by one, a column of three inputs is put side
// by side once and serves the three pixels that it is the left, the middle and the right column of;
// where it moves by two, the right column of one is the left one of the next. All weights of a
// vector of channels stay in registers.
//
// Where the processor has VNNI, a lane takes four taps at a time, as bytes, or a column: the inputs
// of 16 channels at each tap are put into one vector, of which one permutation makes quads, the
// order in which the weights are packed.
//
// Why it is exact: products of int16 pairs are added in int32, and sums are modulo 2^32; bytes are
// multiplied as in matmul.cpp.
#define HWY_WANT_AVX3_DL 1
#include "sim/arith/depthwise.h"

#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sim/arith/depthwise.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "sim/arith/code_columns.h"

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
  const CodeColumns* codes;

  // Whether a 3x3 kernel moves by `columns` columns from pixel to pixel: tap 3 * i + j of a pixel
  // is tap 3 * i + j - columns of the next one.
  bool slides_by(std::int64_t columns) const {
    if (weights.k() != 9 || rows.tap_stride != 0) return false;
    for (std::int64_t tap = 0; tap < 9; ++tap) {
      if (tap % 3 < columns) continue;
      if (rows.taps[tap] != rows.taps[tap - columns] + rows.step) return false;
    }
    return true;
  }
};

// A vector of channels.
using ChannelSums = hn::CappedTag<std::int32_t, HWY_TARGET == HWY_AVX3_DL ? 16 : 8>;
using C = hn::Vec<ChannelSums>;
constexpr std::int64_t kVectorChannels =
    HWY_MIN(HWY_MAX_BYTES / 4, HWY_TARGET == HWY_AVX3_DL ? 16 : 8);

HWY_INLINE C load_quads(const PackedWeights& weights, std::int64_t channel, std::int64_t quad) {
  const std::int8_t* from = weights.of_channel(channel) + quad * PackedWeights::kQuadBytes;
  return hn::BitCast(ChannelSums(), hn::LoadU(hn::Repartition<std::int8_t, ChannelSums>(), from));
}

#if HWY_TARGET == HWY_AVX3_DL

constexpr bool kHasQuads = true;

// Three inputs or weights of each channel, and a fourth that is 0 in one of them.
struct Column {
  C quads;
};

// Where each byte of 16 quads comes from: byte a & 3 of the same quad of a first vector, where a is
// below 64, or of a second one, where 64 has been added.
struct QuadBytes {
  alignas(64) std::uint8_t from[64] = {};
  constexpr QuadBytes(int a, int b, int c) {
    const int bytes[] = {a, b, c};
    for (int i = 0; i < 64; ++i) {
      from[i] = static_cast<std::uint8_t>(i % 4 == 3 ? 0 : (i & ~3) + bytes[i % 4]);
    }
  }
};

// The fourth byte becomes 0.
HWY_INLINE C choose_bytes(C first, C second, const QuadBytes& bytes) {
  constexpr std::uint64_t kThree = 0x7777777777777777;
  return C{
      _mm512_maskz_permutex2var_epi8(kThree, first.raw, _mm512_load_si512(bytes.from), second.raw)};
}

// What sums begin at, whose inputs are x + 128.
HWY_INLINE C start_at(C bias, const PackedWeights& weights, std::int64_t channel) {
  return bias - hn::ShiftLeft<7>(hn::LoadU(ChannelSums(), weights.column_sums() + channel));
}

// Of 16 channels beginning at each of four places, x + 128 as quads.
HWY_INLINE C input_quads(const std::int8_t* a, const std::int8_t* b, const std::int8_t* c,
                         const std::int8_t* d) {
  const auto block = [](const std::int8_t* x)
                         HWY_ATTR { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(x)); };
  __m512i blocks = _mm512_inserti32x4(_mm512_castsi128_si512(block(a)), block(b), 1);
  blocks = _mm512_inserti32x4(blocks, block(c), 2);
  if (d != nullptr) blocks = _mm512_inserti32x4(blocks, block(d), 3);
  constexpr std::int32_t kFirst = 0x30201000;
  const auto order = hn::Iota(ChannelSums(), 0) * hn::Set(ChannelSums(), 0x01010101) +
                     hn::Set(ChannelSums(), kFirst);
  return hn::Xor(C{_mm512_permutexvar_epi8(order.raw, blocks)},
                 hn::Set(ChannelSums(), static_cast<std::int32_t>(0x80808080)));
}

// As in matmul.cpp.
HWY_INLINE C plus_quad_products(C sums, C inputs, C weights) {
  asm("vpdpbusd %2, %1, %0" : "+v"(sums.raw) : "v"(inputs.raw), "v"(weights.raw));
  return sums;
}

HWY_INLINE Column load_column(const std::int8_t* a, const std::int8_t* b, const std::int8_t* c) {
  return {input_quads(a, b, c, nullptr)};
}

HWY_INLINE C plus_products(C sums, const Column& x, const Column& w) {
  return plus_quad_products(sums, x.quads, w.quads);
}

HWY_INLINE void load_kernel(const PackedWeights& weights, std::int64_t channel, Column* columns) {
  static constexpr QuadBytes kLeft(0, 3, 64 + 2), kMiddle(1, 64, 64 + 3), kRight(2, 64 + 1, 0);
  static constexpr QuadBytes kLast(0, 1, 64);
  const C first = load_quads(weights, channel, 0);
  const C second = load_quads(weights, channel, 1);
  columns[0] = {choose_bytes(first, second, kLeft)};
  columns[1] = {choose_bytes(first, second, kMiddle)};
  columns[2] = {
      choose_bytes(choose_bytes(first, second, kRight), load_quads(weights, channel, 2), kLast)};
}

#else

constexpr bool kHasQuads = false;

using PairWords = hn::Repartition<std::int16_t, ChannelSums>;
using W16 = hn::Vec<PairWords>;

// Of each channel two words in a lane, and one beside its sign (an input) or 0 (a weight).
struct Column {
  W16 pair, last;
};

HWY_INLINE C start_at(C bias, const PackedWeights& /*weights*/, std::int64_t /*channel*/) {
  return bias;
}

HWY_INLINE Column load_column(const std::int8_t* a, const std::int8_t* b, const std::int8_t* c) {
  const hn::Rebind<std::int8_t, ChannelSums> some;
  const hn::CappedTag<std::int8_t, 16> bytes;
  const hn::Rebind<std::int8_t, PairWords> pairs;
  using All = hn::Vec<decltype(bytes)>;
  const All mixed =
      hn::InterleaveLower(bytes, All{hn::LoadU(some, a).raw}, All{hn::LoadU(some, b).raw});
  return {hn::PromoteTo(PairWords(), hn::Vec<decltype(pairs)>{mixed.raw}),
          hn::BitCast(PairWords(), hn::PromoteTo(ChannelSums(), hn::LoadU(some, c)))};
}

HWY_INLINE C plus_products(C sums, const Column& x, const Column& w) {
  const ChannelSums d;
  C unused = hn::Zero(d);
  sums = hn::ReorderWidenMulAccumulate(d, x.pair, w.pair, sums, unused);
  return hn::ReorderWidenMulAccumulate(d, x.last, w.last, sums, unused);
}

// Of four weights the first and third, and the second and fourth, without the zero point.
struct WeightWords {
  W16 even, odd;
  HWY_INLINE WeightWords(C quads, W16 zero_point)
      : even(hn::ShiftRight<8>(hn::ShiftLeft<8>(hn::BitCast(PairWords(), quads))) - zero_point),
        odd(hn::ShiftRight<8>(hn::BitCast(PairWords(), quads)) - zero_point) {}
};

HWY_INLINE W16 upper_word(W16 words) {
  const hn::RebindToUnsigned<ChannelSums> d;
  return hn::BitCast(PairWords(), hn::ShiftRight<16>(hn::BitCast(d, words)));
}

HWY_INLINE W16 raised_word(W16 words) {
  return hn::BitCast(PairWords(), hn::ShiftLeft<16>(hn::BitCast(ChannelSums(), words)));
}

HWY_INLINE void load_kernel(const PackedWeights& weights, std::int64_t channel, Column* columns) {
  const W16 zero_point = hn::Set(PairWords(), static_cast<std::int16_t>(weights.zero_point()));
  const WeightWords first(load_quads(weights, channel, 0), zero_point);
  const WeightWords second(load_quads(weights, channel, 1), zero_point);
  const WeightWords third(load_quads(weights, channel, 2), zero_point);
  columns[0] = {hn::OddEven(first.odd, first.even), upper_word(second.even)};
  columns[1] = {hn::OddEven(raised_word(second.even), first.odd), upper_word(second.odd)};
  columns[2] = {hn::OddEven(raised_word(second.odd), upper_word(first.even)),
                upper_word(raised_word(third.even))};
}

#endif

// A vector of channels of some rows: where their sums go, `stride` elements apart, and whether onto
// what is there.
class ChannelVector {
 public:
  HWY_INLINE ChannelVector(const Depthwise& p, std::int64_t channel, std::int32_t* acc,
                           std::int64_t stride)
      : p_(p), channel_(channel), acc_(acc), stride_(stride), onto_(p.bias == nullptr) {
    const C bias = onto_ ? hn::Zero(ChannelSums()) : hn::LoadU(ChannelSums(), p.bias + channel);
    start_ = start_at(bias, p.weights, channel);
  }

  // Each column is the last of one pixel, and the first and second of those that follow.
  HWY_INLINE void slide(std::int64_t first, std::int64_t rows) const {
    Column w[3];
    load_kernel(p_.weights, channel_, w);
    const Column second = lines(1, first).column();
    C sums = plus_products(plus_products(start_, lines(0, first).column(), w[0]), second, w[1]);
    C next = plus_products(start_, second, w[0]);
    Lines right = lines(2, first);
    std::int32_t* acc = acc_;
    for (std::int64_t row = 0; row < rows; ++row, acc += stride_) {
      const Column x = right.column();
      right.advance(p_.rows.step);
      store(plus_products(sums, x, w[2]), acc);
      sums = plus_products(next, x, w[1]);
      next = plus_products(start_, x, w[0]);
    }
  }

  HWY_INLINE void slide_by_two(std::int64_t first, std::int64_t rows) const {
    Column w[3];
    load_kernel(p_.weights, channel_, w);
    Column left = lines(0, first).column();
    Lines middle = lines(1, first);
    Lines right = lines(2, first);
    std::int32_t* acc = acc_;
    for (std::int64_t row = 0; row < rows; ++row, acc += stride_) {
      const C sums = plus_products(plus_products(start_, left, w[0]), middle.column(), w[1]);
      left = right.column();
      middle.advance(p_.rows.step);
      right.advance(p_.rows.step);
      store(plus_products(sums, left, w[2]), acc);
    }
  }

#if HWY_TARGET == HWY_AVX3_DL
  // Any taps, four at a time; what is read in place of one behind the last meets no weight.
  HWY_INLINE void add_quads(std::int64_t first, std::int64_t rows) const {
    const std::int64_t k = p_.weights.k();
    std::int32_t* acc = acc_;
    for (std::int64_t row = first; row < first + rows; ++row, acc += stride_) {
      const std::int8_t* const* taps = p_.rows.taps + row * p_.rows.tap_stride;
      const std::int64_t offset = row * p_.rows.step + channel_;
      C sums = start_;
      for (std::int64_t tap = 0; tap < k; tap += PackedWeights::kQuad) {
        const auto input = [&](std::int64_t i) { return taps[HWY_MIN(tap + i, k - 1)] + offset; };
        sums = plus_quad_products(sums, input_quads(input(0), input(1), input(2), input(3)),
                                  load_quads(p_.weights, channel_, tap / PackedWeights::kQuad));
      }
      store(sums, acc);
    }
  }
#endif

 private:
  // The inputs of one column of the kernel.
  struct Lines {
    const std::int8_t *a, *b, *c;
    HWY_INLINE Column column() const { return load_column(a, b, c); }
    HWY_INLINE void advance(std::int64_t step) { a += step, b += step, c += step; }
  };

  HWY_INLINE Lines lines(std::int64_t column, std::int64_t row) const {
    const std::int8_t* const* taps = p_.rows.taps + column;
    const std::int64_t offset = row * p_.rows.step + channel_;
    return {taps[0] + offset, taps[3] + offset, taps[6] + offset};
  }

  HWY_INLINE void store(C sums, std::int32_t* acc) const {
    if (onto_) sums = sums + hn::LoadU(ChannelSums(), acc);
    hn::StoreU(sums, ChannelSums(), acc);
  }

  const Depthwise& p_;
  std::int64_t channel_;
  std::int32_t* acc_;
  std::int64_t stride_;
  bool onto_;
  C start_;
};

// Channels [0, return value): whole vectors, where the taps are columns or quads can be multiplied.
// Of few rows many vectors at a time, of many rows few: their codes are made together.
std::int64_t add_vectors(const Depthwise& p, std::int64_t first, std::int64_t rows) {
  const bool by_one = p.slides_by(1);
  const bool by_two = !by_one && p.slides_by(2);
  if (kHasQuads ? p.weights.zero_point() != 0 : !by_one && !by_two) return 0;
  constexpr std::int64_t kLeastAtOnce = 32;
  constexpr std::int64_t kMade = kRowsAtOnce * kLeastAtOnce;
  std::int32_t made[kMade + kSumsBehind];
  const std::int64_t at_once = kMade / rows / kLeastAtOnce * kLeastAtOnce;
  const std::int64_t end = p.weights.n() / kVectorChannels * kVectorChannels;
  for (std::int64_t channel = 0; channel < end; channel += at_once) {
    const std::int64_t width = HWY_MIN(at_once, end - channel);
    std::int32_t* acc = p.acc == nullptr ? made : p.acc + first * p.acc_stride + channel;
    const std::int64_t stride = p.acc == nullptr ? width : p.acc_stride;
    for (std::int64_t c = 0; c < width; c += kVectorChannels) {
      const ChannelVector vector(p, channel + c, acc + c, stride);
      if (by_one) {
        vector.slide(first, rows);
      } else if (by_two) {
        vector.slide_by_two(first, rows);
#if HWY_TARGET == HWY_AVX3_DL
      } else {
        vector.add_quads(first, rows);
#endif
      }
    }
    if (p.codes != nullptr) p.codes->make(channel, width, acc, stride, first, rows);
  }
  return end;
}

// kChannels channels: 16, or 8 where the processor has no more or no more are left.
template <std::int64_t kChannels>
class DepthwiseBlock {
 public:
  DepthwiseBlock(const Depthwise& operands, std::int64_t channel, std::int64_t row,
                 std::int64_t rows)
      : p_(operands), channel_(channel), row_(row), rows_(rows) {}

  // All taps of the rows.
  void add() {
    std::int32_t made[kRowsAtOnce * kChannels + kSumsBehind];
    std::int32_t* acc = p_.acc == nullptr ? made : p_.acc + row_ * p_.acc_stride + channel_;
    const std::int64_t stride = p_.acc == nullptr ? kChannels : p_.acc_stride;
    const std::int32_t* begin = p_.bias != nullptr ? p_.bias + channel_ : acc;
    std::int64_t begin_stride = p_.bias != nullptr ? 0 : stride;
    const std::int64_t k = p_.weights.k();
    std::int64_t first = 0;
    do {
      const std::int64_t taps = HWY_MIN(kTapsAtOnce, k - first);
      prepare_weights(first, taps);
      if (k == 9) {
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

  // With VNNI clang would make one instruction of multiplication and addition, in the encoding of
  // AVX-VNNI, which processors with AVX512-VNNI need not have.
  HWY_INLINE static void add_pair_products(W inputs, W weights, S& sums) {
#if HWY_TARGET == HWY_AVX3_DL
    asm("vpdpwssd %2, %1, %0" : "+v"(sums.raw) : "v"(inputs.raw), "v"(weights.raw));
#else
    auto unused = hn::Zero(Sums());
    sums = hn::ReorderWidenMulAccumulate(Sums(), inputs, weights, sums, unused);
#endif
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
      add_pair_products(hn::InterleaveLower(Words(), even, odd), load_weights(tap), sums.lower);
      add_pair_products(hn::InterleaveUpper(Words(), even, odd), load_weights(tap + 1), sums.upper);
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

  const Depthwise& p_;
  std::int64_t channel_, row_, rows_;
  alignas(64) std::int16_t weights_[kTapsAtOnce * kChannels];
};

// A channel that does not fill a vector with others.
void add_channel(const Depthwise& p, std::int64_t channel, std::int64_t first, std::int64_t rows) {
  std::int32_t made[kRowsAtOnce + kSumsBehind] = {};
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
    std::int64_t channel = add_vectors(p, row, rows);
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
  const CodeColumns codes(table, 0, out, out_stride);
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
