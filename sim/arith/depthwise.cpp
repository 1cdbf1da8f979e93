// SPDX-License-Identifier: Apache-2.0
// Why this is fast: lanes are channels, the inputs of two taps are put side by side in one int32
// lane and meet their two weights in one multiply-add. The weights of a few channels are widened
// and brought into the order in which the inputs come once for many rows.
//
// Along a line of pixels under a 3x3 kernel that moves by one, a column of three inputs is put side
// by side once and serves the three pixels that it is the left, the middle and the right column of.
//
// Where the processor has VNNI, a lane takes four taps at a time, as bytes: the inputs of 16
// channels at each of them are put into one vector, of which one permutation makes quads, the order
// in which the weights are packed. Under a 3x3 kernel a quad is a column of three, likewise made
// once.
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

#if HWY_TARGET == HWY_AVX3_DL

using QuadSums = hn::CappedTag<std::int32_t, 16>;
using Q = hn::Vec<QuadSums>;  // also 16 quads of bytes
constexpr std::int64_t kQuadChannels = PackedWeights::kStrip;

// Where each byte of 16 quads comes from: byte a & 3 of the same quad of a first vector, where a <
// 64, or of a second one, where a has 64 added to it.
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
HWY_INLINE Q choose_bytes(Q first, Q second, const QuadBytes& bytes) {
  constexpr std::uint64_t kThree = 0x7777777777777777;
  return Q{
      _mm512_maskz_permutex2var_epi8(kThree, first.raw, _mm512_load_si512(bytes.from), second.raw)};
}

// Of 16 channels beginning at each of four places, x + 128 as quads.
HWY_INLINE Q load_quads(const std::int8_t* a, const std::int8_t* b, const std::int8_t* c,
                        const std::int8_t* d) {
  const auto block = [](const std::int8_t* x)
                         HWY_ATTR { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(x)); };
  __m512i blocks = _mm512_inserti32x4(_mm512_castsi128_si512(block(a)), block(b), 1);
  blocks = _mm512_inserti32x4(blocks, block(c), 2);
  if (d != nullptr) blocks = _mm512_inserti32x4(blocks, block(d), 3);
  constexpr std::uint32_t kFirst = 0x30201000;
  const auto order =
      hn::Iota(QuadSums(), 0) * hn::Set(QuadSums(), 0x01010101) + hn::Set(QuadSums(), kFirst);
  return hn::Xor(Q{_mm512_permutexvar_epi8(order.raw, blocks)},
                 hn::Set(QuadSums(), static_cast<std::int32_t>(0x80808080)));
}

// As in matmul.cpp.
HWY_INLINE Q plus_quad_products(Q sums, Q inputs, Q weights) {
  asm("vpdpbusd %2, %1, %0" : "+v"(sums.raw) : "v"(inputs.raw), "v"(weights.raw));
  return sums;
}

// 16 channels of some rows; weights without a zero point. begin and acc: where the sums of the
// first row's first channel begin and go.
class QuadDepthwise {
 public:
  HWY_INLINE QuadDepthwise(const Depthwise& p, std::int64_t channel)
      : p_(p),
        channel_(channel),
        weights_(p.weights.of_channel(channel)),
        offset_(hn::ShiftLeft<7>(hn::LoadU(QuadSums(), p.weights.column_sums() + channel))) {}

  HWY_INLINE void add(std::int64_t first, std::int64_t rows, const std::int32_t* begin,
                      std::int64_t begin_stride, std::int32_t* acc, std::int64_t stride) const {
    if (p_.slides_by(1)) {
      slide(first, rows, begin, begin_stride, acc, stride);
    } else if (p_.slides_by(2)) {
      slide_by_two(first, rows, begin, begin_stride, acc, stride);
    } else {
      add_rows(first, rows, begin, begin_stride, acc, stride);
    }
  }

 private:
  struct Columns {
    Q left, middle, right;
  };

  HWY_INLINE Q quad(std::int64_t i) const {
    return hn::BitCast(QuadSums(), hn::LoadU(hn::Repartition<std::int8_t, QuadSums>(),
                                             weights_ + i * PackedWeights::kQuadBytes));
  }

  // The weights of the three columns of nine taps.
  HWY_INLINE Columns columns() const {
    static constexpr QuadBytes kLeft(0, 3, 64 + 2), kMiddle(1, 64, 64 + 3), kRight(2, 64 + 1, 0);
    static constexpr QuadBytes kLast(0, 1, 64);
    const Q first = quad(0);
    const Q second = quad(1);
    return {choose_bytes(first, second, kLeft), choose_bytes(first, second, kMiddle),
            choose_bytes(choose_bytes(first, second, kRight), quad(2), kLast)};
  }

  // Column j of the first row's pixel: its three inputs, and a fourth that meets no weight.
  HWY_INLINE Q column(std::int64_t j, std::int64_t offset) const {
    const std::int8_t* const* taps = p_.rows.taps + j;
    return load_quads(taps[0] + offset, taps[3] + offset, taps[6] + offset, nullptr);
  }

  HWY_INLINE Q start(const std::int32_t* begin) const {
    return hn::LoadU(QuadSums(), begin) - offset_;
  }

  // Each column is the last of one pixel, and the first and second of those that follow.
  HWY_INLINE void slide(std::int64_t first, std::int64_t rows, const std::int32_t* begin,
                        std::int64_t begin_stride, std::int32_t* acc, std::int64_t stride) const {
    const Columns w = columns();
    const Q none = hn::Zero(QuadSums());
    std::int64_t offset = first * p_.rows.step + channel_;
    const Q second = column(1, offset);
    Q sums =
        plus_quad_products(plus_quad_products(none, column(0, offset), w.left), second, w.middle);
    Q next = plus_quad_products(none, second, w.left);
    for (std::int64_t row = 0; row < rows; ++row) {
      const Q x = column(2, offset);
      const Q done = plus_quad_products(sums, x, w.right) + start(begin);
      sums = plus_quad_products(next, x, w.middle);
      next = plus_quad_products(none, x, w.left);
      hn::StoreU(done, QuadSums(), acc);
      offset += p_.rows.step;
      begin += begin_stride;
      acc += stride;
    }
  }

  HWY_INLINE void slide_by_two(std::int64_t first, std::int64_t rows, const std::int32_t* begin,
                               std::int64_t begin_stride, std::int32_t* acc,
                               std::int64_t stride) const {
    const Columns w = columns();
    std::int64_t offset = first * p_.rows.step + channel_;
    Q left = column(0, offset);
    for (std::int64_t row = 0; row < rows; ++row) {
      const Q right = column(2, offset);
      Q sums = plus_quad_products(start(begin), left, w.left);
      sums = plus_quad_products(sums, column(1, offset), w.middle);
      hn::StoreU(plus_quad_products(sums, right, w.right), QuadSums(), acc);
      left = right;
      offset += p_.rows.step;
      begin += begin_stride;
      acc += stride;
    }
  }

  // Any taps, four at a time; what is read in place of one behind the last meets no weight.
  HWY_INLINE void add_rows(std::int64_t first, std::int64_t rows, const std::int32_t* begin,
                           std::int64_t begin_stride, std::int32_t* acc,
                           std::int64_t stride) const {
    const std::int64_t k = p_.weights.k();
    for (std::int64_t row = first; row < first + rows; ++row) {
      const std::int8_t* const* taps = p_.rows.taps + row * p_.rows.tap_stride;
      const std::int64_t offset = row * p_.rows.step + channel_;
      Q sums = start(begin);
      for (std::int64_t tap = 0; tap < k; tap += PackedWeights::kQuad) {
        const auto input = [&](std::int64_t i) { return taps[HWY_MIN(tap + i, k - 1)] + offset; };
        sums = plus_quad_products(sums, load_quads(input(0), input(1), input(2), input(3)),
                                  quad(tap / PackedWeights::kQuad));
      }
      hn::StoreU(sums, QuadSums(), acc);
      begin += begin_stride;
      acc += stride;
    }
  }

  const Depthwise& p_;
  std::int64_t channel_;
  const std::int8_t* weights_;
  Q offset_;
};

// Channels [0, return value): pairs of 16, so that their codes are made two vectors at a time.
std::int64_t add_quads(const Depthwise& p, std::int64_t first, std::int64_t rows) {
  if (p.weights.zero_point() != 0) return 0;
  constexpr std::int64_t kAtOnce = 2 * kQuadChannels;
  std::int32_t made[kRowsAtOnce * kAtOnce];
  const std::int64_t end = p.weights.n() / kQuadChannels * kQuadChannels;
  for (std::int64_t channel = 0; channel < end; channel += kAtOnce) {
    const std::int64_t width = HWY_MIN(kAtOnce, end - channel);
    std::int32_t* acc = p.acc == nullptr ? made : p.acc + first * p.acc_stride + channel;
    const std::int64_t stride = p.acc == nullptr ? kAtOnce : p.acc_stride;
    for (std::int64_t c = 0; c < width; c += kQuadChannels) {
      const std::int32_t* begin = p.bias != nullptr ? p.bias + channel + c : acc + c;
      QuadDepthwise(p, channel + c)
          .add(first, rows, begin, p.bias != nullptr ? 0 : stride, acc + c, stride);
    }
    if (p.codes != nullptr) p.codes->make(channel, width, acc, stride, first, rows);
  }
  return end;
}

#else

std::int64_t add_quads(const Depthwise& /*p*/, std::int64_t /*first*/, std::int64_t /*rows*/) {
  return 0;
}

#endif

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
      if (p_.slides_by(1)) {
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
    std::int64_t channel = add_quads(p, row, rows);
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
