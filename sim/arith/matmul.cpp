// SPDX-License-Identifier: Apache-2.0
// Why this is fast: a tile of rows x channels stays in registers while k runs, so that four inputs
// are broadcast once per two vectors of channels and a vector of weights is loaded once per tile of
// rows. Rows are prepared once for all channels, in segments a constant distance apart, so that one
// pointer reaches the inputs of all rows of a tile.
//
// Why it is exact: sums are modulo 2^32. Inputs are made unsigned by adding 128, and
// 128 * (sum of the channel's weights) is taken off again. Where the processor has VNNI, one
// instruction then multiplies four unsigned by four signed bytes per int32 lane and adds all of it
// without saturation. Elsewhere pairs of products are added in 16 bits (pmaddubsw), twice as many
// at once as in 32 bits; PackedWeights has proved for which weights no input can make such a sum,
// or two of them, leave 16 bits. The others and their inputs are widened to 16 bits, and pairs of
// products added in 32 bits (pmaddwd). Where most weights are such, all are multiplied so, in the
// order of k: rows are prepared in 16 bits, PackedWeights has the weights in 16 bits, and a tile
// has more rows, since no more than two vectors of weights have to be at hand.
#define HWY_WANT_AVX3_DL 1
#include "sim/arith/matmul.h"

#include <algorithm>
#include <cstring>
#include <type_traits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sim/arith/matmul.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "sim/arith/code_columns.h"

#if !HWY_ARCH_X86
#error "the kernels add pairs of products in one lane, which Highway promises on x86 only"
#endif

HWY_BEFORE_NAMESPACE();
namespace npusim::arith::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Sums = hn::CappedTag<std::int32_t, 16>;
using V = hn::Vec<Sums>;
constexpr std::int64_t kLanes = HWY_MIN(HWY_MAX_BYTES / 4, 16);
// Without VNNI a tile's vectors share the order of one strip's quads.
constexpr int kTileVectors = HWY_TARGET == HWY_AVX3 ? 1 : 2;
// 2 x 12 of 32 registers; 2 x 4 of 16, which also hold four vectors of weights; in 16 bits 2 x 6,
// where no instruction overwrites an operand.
constexpr int kByteTileRows = HWY_MAX_BYTES == 64 ? 12 : 4;
constexpr int kWordTileRows = HWY_MAX_BYTES == 64 ? 12 : HWY_MAX_BYTES == 32 ? 6 : 4;
constexpr int kMostTileRows = HWY_MAX(kByteTileRows, kWordTileRows);

// A segment of a prepared row; an odd number of cache lines apart, so that the rows of a tile do
// not compete for the same sets.
constexpr std::int64_t kSegmentBytes = PackedWeights::kSegmentBytes;
constexpr std::int64_t kRowBytes = kSegmentBytes + 64;
constexpr std::int64_t kBlockBytes = 256 * 1024;  // of rows prepared together: the second cache

constexpr std::int64_t kSegmentQuads = kSegmentBytes / PackedWeights::kQuad;
constexpr std::int64_t kSegmentStride = PackedWeights::kSegmentStride;
static_assert(kMostTileRows * kRowBytes <= kSegmentStride, "the segments of a tile's rows");

// In 16 bits a segment holds the even inputs of its quads, then the odd ones.
constexpr std::int64_t kWordSegmentQuads = kSegmentQuads / 2;
constexpr std::int64_t kOddWords = kSegmentBytes / 2;

bool has_word_rows(const PackedWeights& weights) {
  return HWY_TARGET != HWY_AVX3_DL && weights.few_quads_fit();
}

std::int64_t tile_rows(const PackedWeights& weights) {
  return has_word_rows(weights) ? kWordTileRows : kByteTileRows;
}

HWY_INLINE V load_weights(const std::int8_t* w) {
  return hn::BitCast(Sums(), hn::LoadU(hn::Repartition<std::int8_t, Sums>(), w));
}

HWY_INLINE V broadcast_inputs(const std::uint8_t* x) {
  std::int32_t four = 0;
  std::memcpy(&four, x, sizeof four);
  return hn::Set(Sums(), four);
}

// What the offset of the inputs adds to each channel.
HWY_INLINE V input_offset(const std::int32_t* column_sums) {
  return hn::ShiftLeft<7>(hn::LoadU(Sums(), column_sums));
}

// x + 128 for `count` values.
HWY_INLINE void prepare_values(const std::int8_t* x, std::int64_t count, std::uint8_t* out) {
  const hn::CappedTag<std::uint8_t, 64> d;
  const auto sign = hn::Set(d, 0x80);
  const auto* from = reinterpret_cast<const std::uint8_t*>(x);
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    hn::StoreU(hn::Xor(hn::LoadU(d, from + i), sign), d, out + i);
  }
  if (i == count) return;
#if HWY_MAX_BYTES == 64
  const auto rest = hn::FirstN(d, static_cast<std::size_t>(count - i));
  hn::StoreU(hn::Xor(hn::MaskedLoad(rest, d, from + i), sign), d, out + i);
#else
  // Words, the last of which may overlap the one before.
  constexpr auto kWord = static_cast<std::int64_t>(sizeof(std::uint64_t));
  const auto prepare_word = [from, out](std::int64_t at) {
    std::uint64_t word = 0;
    std::memcpy(&word, from + at, sizeof word);
    word ^= 0x8080808080808080;
    std::memcpy(out + at, &word, sizeof word);
  };
  for (; i + kWord <= count; i += kWord) prepare_word(i);
  if (i < count && count >= kWord) return prepare_word(count - kWord);
  for (; i < count; ++i) out[i] = static_cast<std::uint8_t>(from[i] ^ 0x80);
#endif
}

using Words = hn::Repartition<std::int16_t, Sums>;

// The first and third, and the second and fourth of four bytes, in 16 bits.
struct WordPairs {
  hn::Vec<Words> even, odd;
};

HWY_INLINE WordPairs widen_inputs(V four) {
  const hn::RebindToUnsigned<Words> d;
  const auto words = hn::BitCast(d, four);
  return {hn::BitCast(Words(), hn::And(words, hn::Set(d, 0xff))),
          hn::BitCast(Words(), hn::ShiftRight<8>(words))};
}

HWY_INLINE hn::Vec<Words> odd_words(V four_weights) {
  return hn::ShiftRight<8>(hn::BitCast(Words(), four_weights));
}

HWY_INLINE hn::Vec<Words> even_words(V four_weights) {
  return hn::ShiftRight<8>(hn::ShiftLeft<8>(hn::BitCast(Words(), four_weights)));
}

HWY_INLINE void prepare_words(const std::int8_t* x, std::int64_t count, std::uint8_t* out) {
  const hn::Repartition<std::uint8_t, Sums> d;
  const auto sign = hn::Set(d, 0x80);
  constexpr std::int64_t kBytes = kLanes * PackedWeights::kQuad;
  const auto prepare = [&](const void* from, std::uint8_t* to) HWY_ATTR {
    const auto bytes = hn::Xor(hn::LoadU(d, static_cast<const std::uint8_t*>(from)), sign);
    const WordPairs words = widen_inputs(hn::BitCast(Sums(), bytes));
    hn::StoreU(hn::BitCast(d, words.even), d, to);
    hn::StoreU(hn::BitCast(d, words.odd), d, to + kOddWords);
  };
  std::int64_t i = 0;
  for (; i + kBytes <= count; i += kBytes) prepare(x + i, out + i);
  const auto prepare_quads = [out](std::uint64_t two, std::int64_t at) {
    two ^= 0x8080808080808080;
    const std::uint64_t even = two & 0x00ff00ff00ff00ff;
    const std::uint64_t odd = two >> 8 & 0x00ff00ff00ff00ff;
    std::memcpy(out + at, &even, sizeof even);
    std::memcpy(out + at + kOddWords, &odd, sizeof odd);
  };
  constexpr auto kTwo = static_cast<std::int64_t>(sizeof(std::uint64_t));
  std::uint64_t two = 0;
  for (; i + kTwo <= count; i += kTwo) {
    std::memcpy(&two, x + i, sizeof two);
    prepare_quads(two, i);
  }
  if (i == count) return;
  if (count >= kTwo) {
    std::memcpy(&two, x + count - kTwo, sizeof two);
    two >>= 8 * (kTwo - (count - i));
  } else {
    two = 0;
    for (std::int64_t j = count; j > i; --j) two = two << 8 | static_cast<std::uint8_t>(x[j - 1]);
  }
  prepare_quads(two, i);
}

std::int64_t segment_quads(const PackedWeights& weights) {
  return has_word_rows(weights) ? kWordSegmentQuads : kSegmentQuads;
}

std::int64_t tile_bytes(const PackedWeights& weights) {
  const std::int64_t quads = segment_quads(weights);
  const std::int64_t segments = HWY_MAX((weights.quads() + quads - 1) / quads, std::int64_t{1});
  return (segments - 1) * kSegmentStride + tile_rows(weights) * kRowBytes;
}

// Row r of a tile: its segments kSegmentStride apart. What lies beyond k meets zero weights.
HWY_INLINE void prepare_rows(const std::int8_t* const* x_rows, std::int64_t rows,
                             const PackedWeights& weights, std::uint8_t* out) {
  const std::int64_t k = weights.k();
  const std::int64_t step = segment_quads(weights) * PackedWeights::kQuad;
  const bool words = has_word_rows(weights);
  for (std::int64_t r = 0; r < rows; ++r) {
    std::uint8_t* row = out + r * kRowBytes;
    for (std::int64_t i = 0; i < k; i += step, row += kSegmentStride) {
      const std::int64_t count = HWY_MIN(step, k - i);
      if (words) {
        prepare_words(x_rows[r] + i, count, row);
      } else {
        prepare_values(x_rows[r] + i, count, row);
      }
    }
  }
}

// The operands of one call, in one place.
struct Product {
  const std::int8_t* const* x_rows;
  const PackedWeights& weights;
  const std::int32_t* bias;  // nullptr: acc holds what the sums begin at
  std::int32_t* acc;         // where the sums go; nullptr: they are requantized instead
  std::int64_t acc_stride;
  const CodeColumns* codes;
  std::int64_t tile_bytes;  // of prepared rows
};

// The sums of a tile in registers.
template <int kRows, int kVectors>
struct TileSums {
  V sum[kRows][kVectors];
};

#if HWY_TARGET == HWY_AVX3_DL

// Highway's attributes of this target name AVX-VNNI in place of AVX512-VNNI, so that the intrinsic
// is refused; the target itself is only chosen where the processor has AVX512-VNNI.
HWY_INLINE void add_quad_products(V inputs, V weights, V& sum) {
  asm("vpdpbusd %2, %1, %0" : "+v"(sum.raw) : "v"(inputs.raw), "v"(weights.raw));
}

template <int kRows, int kVectors>
HWY_INLINE void add_products(const std::uint8_t* x, const PackedWeights& weights,
                             std::int64_t channel, TileSums<kRows, kVectors>& tile,
                             std::false_type /*in words*/) {
  const std::int8_t* w[kVectors];
#pragma GCC unroll 2
  for (int v = 0; v < kVectors; ++v) w[v] = weights.of_channel(channel + v * kLanes);
  for (std::int64_t left = weights.quads(); left > 0; left -= kSegmentQuads, x += kSegmentStride) {
    const std::uint8_t* const end = x + HWY_MIN(left, kSegmentQuads) * PackedWeights::kQuad;
    for (const std::uint8_t* inputs = x; inputs != end; inputs += PackedWeights::kQuad) {
      V weight[kVectors];
#pragma GCC unroll 2
      for (int v = 0; v < kVectors; ++v) {
        weight[v] = load_weights(w[v]);
        w[v] += PackedWeights::kQuadBytes;
      }
#pragma GCC unroll 12
      for (int r = 0; r < kRows; ++r) {
        const V four = broadcast_inputs(inputs + r * kRowBytes);
#pragma GCC unroll 2
        for (int v = 0; v < kVectors; ++v) add_quad_products(four, weight[v], tile.sum[r][v]);
      }
    }
  }
}

#else

// Two neighbouring products of unsigned inputs and signed weights in each of 16 bits, saturating.
HWY_INLINE hn::Vec<Words> pair_products(V inputs, V weights) {
#if HWY_MAX_BYTES == 64
  return hn::Vec<Words>{_mm512_maddubs_epi16(inputs.raw, weights.raw)};
#elif HWY_MAX_BYTES == 32
  return hn::Vec<Words>{_mm256_maddubs_epi16(inputs.raw, weights.raw)};
#else
  return hn::Vec<Words>{_mm_maddubs_epi16(inputs.raw, weights.raw)};
#endif
}

// Of 16 registers, the compiler would have too few if it formed the products of several steps
// first, and would copy each sum.
HWY_INLINE void add_to(V& sum, V products) {
#if HWY_MAX_BYTES == 32
  asm("vpaddd %1, %0, %0" : "+x"(sum.raw) : "x"(products.raw));
#else
  sum = sum + products;
#if HWY_MAX_BYTES < 32
  asm("" : "+x"(sum.raw));
#endif
#endif
}

HWY_INLINE void add_word_products(hn::Vec<Words> inputs, hn::Vec<Words> weights, V& sum) {
  const V none = hn::Zero(Sums());
  V unused = none;
  add_to(sum, hn::ReorderWidenMulAccumulate(Sums(), inputs, weights, none, unused));
}

HWY_INLINE void add_words(hn::Vec<Words> products, V& sum) {
  add_word_products(products, hn::Set(Words(), 1), sum);
}

// Prepared rows in 16 bits; w: a vector's words, of even or of odd inputs.
template <int kRows, int kVectors>
HWY_INLINE void add_half_quads(const std::uint8_t* x, const std::int16_t* w,
                               TileSums<kRows, kVectors>& tile) {
  hn::Vec<Words> weight[kVectors];
#pragma GCC unroll 2
  for (int v = 0; v < kVectors; ++v) weight[v] = hn::LoadU(Words(), w + v * 2 * kLanes);
#pragma GCC unroll 12
  for (int r = 0; r < kRows; ++r) {
    const auto pair = hn::BitCast(Words(), broadcast_inputs(x + r * kRowBytes));
#pragma GCC unroll 2
    for (int v = 0; v < kVectors; ++v) add_word_products(pair, weight[v], tile.sum[r][v]);
  }
}

template <int kRows, int kVectors>
HWY_INLINE void add_products(const std::uint8_t* x, const PackedWeights& weights,
                             std::int64_t channel, TileSums<kRows, kVectors>& tile,
                             std::true_type /*in words*/) {
  const std::int16_t* w = weights.words_of_channel(channel);
  for (std::int64_t left = weights.quads(); left > 0;
       left -= kWordSegmentQuads, x += kSegmentStride) {
    const std::uint8_t* const end = x + HWY_MIN(left, kWordSegmentQuads) * PackedWeights::kQuad;
    for (const std::uint8_t* inputs = x; inputs != end;
         inputs += PackedWeights::kQuad, w += PackedWeights::kQuadWords) {
      add_half_quads(inputs, w, tile);
      add_half_quads(inputs + kOddWords, w + PackedWeights::kQuadWords / 2, tile);
    }
  }
}

template <int kRows, int kVectors>
HWY_INLINE void add_products(const std::uint8_t* x, const PackedWeights& weights,
                             std::int64_t channel, TileSums<kRows, kVectors>& tile,
                             std::false_type /*in words*/) {
  constexpr std::int64_t kBytes = kLanes * PackedWeights::kQuad;
  const std::int64_t strip = channel / PackedWeights::kStrip;
  const PackedWeights::QuadOrder& order = weights.order(strip);
  const std::int8_t* const first = weights.of_channel(channel);
  const PackedWeights::QuadPlace* quad = weights.ordered_quads(strip);
  const PackedWeights::QuadPlace* const end = quad + weights.quads();
  for (const PackedWeights::QuadPlace* paired = quad + order.paired; quad != paired; quad += 2) {
    const std::uint8_t* const x_a = x + quad[0].inputs_bytes;
    const std::uint8_t* const x_b = x + quad[1].inputs_bytes;
    const std::int8_t* const w_a = first + quad[0].weights_bytes;
    const std::int8_t* const w_b = first + quad[1].weights_bytes;
#pragma GCC unroll 12
    for (int r = 0; r < kRows; ++r) {
      const V inputs_a = broadcast_inputs(x_a + r * kRowBytes);
      const V inputs_b = broadcast_inputs(x_b + r * kRowBytes);
#pragma GCC unroll 2
      for (int v = 0; v < kVectors; ++v) {
        add_words(pair_products(inputs_a, load_weights(w_a + v * kBytes)) +
                      pair_products(inputs_b, load_weights(w_b + v * kBytes)),
                  tile.sum[r][v]);
      }
    }
  }
  for (const PackedWeights::QuadPlace* single = quad + order.single; quad != single; ++quad) {
    const std::uint8_t* const x_a = x + quad->inputs_bytes;
    const std::int8_t* const w_a = first + quad->weights_bytes;
#pragma GCC unroll 12
    for (int r = 0; r < kRows; ++r) {
      const V inputs = broadcast_inputs(x_a + r * kRowBytes);
#pragma GCC unroll 2
      for (int v = 0; v < kVectors; ++v) {
        add_words(pair_products(inputs, load_weights(w_a + v * kBytes)), tile.sum[r][v]);
      }
    }
  }
  for (; quad != end; ++quad) {
    const std::uint8_t* const x_a = x + quad->inputs_bytes;
    const std::int8_t* const w_a = first + quad->weights_bytes;
    hn::Vec<Words> even[kVectors];
    hn::Vec<Words> odd[kVectors];
#pragma GCC unroll 2
    for (int v = 0; v < kVectors; ++v) {
      even[v] = even_words(load_weights(w_a + v * kBytes));
      odd[v] = odd_words(load_weights(w_a + v * kBytes));
    }
#pragma GCC unroll 12
    for (int r = 0; r < kRows; ++r) {
      const WordPairs inputs = widen_inputs(broadcast_inputs(x_a + r * kRowBytes));
#pragma GCC unroll 2
      for (int v = 0; v < kVectors; ++v) {
        add_word_products(inputs.even, even[v], tile.sum[r][v]);
        add_word_products(inputs.odd, odd[v], tile.sum[r][v]);
      }
    }
  }
}

#endif

// out[r][c] = start[c] + sum_k x[r][k] * w[k][c], for `tiles` tiles of kRows rows, prepared in 16
// bits where kInWords, and kVectors vectors; `onto` what out holds where it is true. Prepared tiles
// are x_step apart. A function of its own, and unrolled, so that the compiler keeps all sums in
// registers.
template <int kRows, int kVectors, bool kInWords>
HWY_NOINLINE void multiply_tiles(const std::uint8_t* x, std::int64_t x_step, std::int64_t tiles,
                                 const PackedWeights& weights, std::int64_t channel,
                                 const std::int32_t* start, bool onto, std::int32_t* out,
                                 std::int64_t out_stride) {
  const Sums d;
  for (; tiles > 0; --tiles, x += x_step, out += kRows * out_stride) {
    TileSums<kRows, kVectors> tile;
#pragma GCC unroll 12
    for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 2
      for (int v = 0; v < kVectors; ++v) tile.sum[r][v] = hn::LoadU(d, start + v * kLanes);
    }
    add_products(x, weights, channel, tile, std::bool_constant<kInWords>());
#pragma GCC unroll 12
    for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 2
      for (int v = 0; v < kVectors; ++v) {
        std::int32_t* own = out + r * out_stride + v * kLanes;
        if (onto) tile.sum[r][v] = tile.sum[r][v] + hn::LoadU(d, own);
        hn::StoreU(tile.sum[r][v], d, own);
      }
    }
  }
}

// What the weight zero point takes from the sums of a row.
HWY_INLINE std::uint32_t zero_point_part(const std::int8_t* x, const PackedWeights& weights) {
  std::int32_t sum = 0;
  for (std::int64_t k = 0; k < weights.k(); ++k) sum += x[k];
  return static_cast<std::uint32_t>(sum) * static_cast<std::uint32_t>(weights.zero_point());
}

HWY_INLINE void subtract_zero_point(const Product& p, std::int64_t row, std::int64_t rows,
                                    std::int64_t width, std::int32_t* sums, std::int64_t stride) {
  for (std::int64_t r = 0; r < rows; ++r, sums += stride) {
    const std::uint32_t part = zero_point_part(p.x_rows[row + r], p.weights);
    for (std::int64_t c = 0; c < width; ++c) {
      // NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult): a tile filled them
      sums[c] = static_cast<std::int32_t>(static_cast<std::uint32_t>(sums[c]) - part);
    }
  }
}

// A panel of kVectors vectors of channels, whose weights stay in the first cache, and the sums of a
// few tiles of rows. Where the sums are requantized, or not all channels exist, they are formed in
// a copy, so that nothing beyond an accumulator's row is touched.
template <int kVectors>
class Panel {
 public:
  HWY_INLINE Panel(const Product& p, std::int64_t channel)
      : p_(p), channel_(channel), width_(HWY_MIN(kWidth, p.weights.n() - channel)) {
    const Sums d;
    if (p.bias != nullptr) std::memcpy(start_, p.bias + channel, bytes());
    for (std::int64_t v = 0; v < kWidth; v += kLanes) {
      const V offset = input_offset(p.weights.column_sums() + channel + v);
      hn::StoreU(hn::LoadU(d, start_ + v) - offset, d, start_ + v);
    }
  }

  // Prepared rows [begin, end), the first of them at x.
  HWY_INLINE void multiply(const std::uint8_t* x, std::int64_t begin, std::int64_t end) {
    const std::int64_t next = p_.tile_bytes * (kPanelRows / tile_rows(p_.weights));
    for (std::int64_t row = begin; row < end; row += kPanelRows, x += next) {
      const std::int64_t rows = HWY_MIN(kPanelRows, end - row);
      const bool onto = p_.bias == nullptr;
      if (p_.codes != nullptr) {
        multiply_rows(x, row, rows, false, copy_, kWidth);
        p_.codes->make(channel_, width_, copy_, kWidth, row, rows);
      } else if (width_ == kWidth) {
        multiply_rows(x, row, rows, onto, acc(row), p_.acc_stride);
      } else {
        for (std::int64_t r = 0; onto && r < rows; ++r) {
          std::memcpy(copy_ + r * kWidth, acc(row + r), bytes());
        }
        multiply_rows(x, row, rows, onto, copy_, kWidth);
        for (std::int64_t r = 0; r < rows; ++r) {
          std::memcpy(acc(row + r), copy_ + r * kWidth, bytes());
        }
      }
    }
  }

 private:
  static constexpr std::int64_t kWidth = kVectors * kLanes;
  static constexpr std::int64_t kPanelRows = 96;
  static_assert(kPanelRows % kByteTileRows == 0 && kPanelRows % kWordTileRows == 0, "whole tiles");

  std::int32_t* acc(std::int64_t row) const { return p_.acc + row * p_.acc_stride + channel_; }
  std::size_t bytes() const { return static_cast<std::size_t>(width_) * sizeof(std::int32_t); }

  HWY_INLINE void multiply_rows(const std::uint8_t* x, std::int64_t first, std::int64_t rows,
                                bool onto, std::int32_t* sums, std::int64_t stride) const {
    if constexpr (HWY_TARGET != HWY_AVX3_DL) {
      if (has_word_rows(p_.weights)) {
        multiply_in_tiles<kWordTileRows, true>(x, rows, onto, sums, stride);
      } else {
        multiply_in_tiles<kByteTileRows, false>(x, rows, onto, sums, stride);
      }
    } else {
      multiply_in_tiles<kByteTileRows, false>(x, rows, onto, sums, stride);
    }
    if (p_.weights.zero_point() != 0) subtract_zero_point(p_, first, rows, width_, sums, stride);
  }

  template <int kTileRows, bool kInWords>
  HWY_INLINE void multiply_in_tiles(const std::uint8_t* x, std::int64_t rows, bool onto,
                                    std::int32_t* sums, std::int64_t stride) const {
    const std::int64_t tiles = rows / kTileRows;
    multiply_some<kTileRows, kInWords>(x, p_.tile_bytes, tiles, onto, sums, stride);
    x += tiles * p_.tile_bytes;
    sums += tiles * kTileRows * stride;
    const std::int64_t left = rows - tiles * kTileRows;
    if (kTileRows > 4) multiply_some<4, kInWords>(x, 4 * kRowBytes, left / 4, onto, sums, stride);
    const std::int64_t fours = kTileRows > 4 ? left / 4 * 4 : 0;
    multiply_some<1, kInWords>(x + fours * kRowBytes, kRowBytes, left - fours, onto,
                               sums + fours * stride, stride);
  }

  template <int kRows, bool kInWords>
  HWY_INLINE void multiply_some(const std::uint8_t* x, std::int64_t x_step, std::int64_t tiles,
                                bool onto, std::int32_t* sums, std::int64_t stride) const {
    if (tiles == 0) return;
    multiply_tiles<kRows, kVectors, kInWords>(x, x_step, tiles, p_.weights, channel_, start_, onto,
                                              sums, stride);
  }

  const Product& p_;
  std::int64_t channel_, width_;
  std::int32_t start_[kWidth] = {};  // the biases, and what the offset of the inputs takes off
  std::int32_t copy_[kPanelRows * kWidth + kSumsBehind];
};

HWY_INLINE void multiply_block(const Product& p, std::int64_t begin, std::int64_t end,
                               std::uint8_t* prepared) {
  std::uint8_t* out = prepared;
  const std::int64_t step = tile_rows(p.weights);
  for (std::int64_t row = begin; row < end; row += step, out += p.tile_bytes) {
    prepare_rows(p.x_rows + row, HWY_MIN(step, end - row), p.weights, out);
  }
  const std::int64_t n = p.weights.n();
  std::int64_t channel = 0;
  // A second vector that no channel is in exists in a strip, but not behind the last strip.
  const std::int64_t least = kTileVectors * kLanes > PackedWeights::kStrip ? kLanes : 0;
  for (; n - channel > least; channel += kTileVectors * kLanes) {
    Panel<kTileVectors>(p, channel).multiply(prepared, begin, end);
  }
  if (channel < n) Panel<1>(p, channel).multiply(prepared, begin, end);
}

void multiply(const Product& p, std::int64_t rows, RowScratch& scratch) {
  if (HWY_TARGET != HWY_AVX3_DL && !p.weights.is_sorted()) {
    // Packed while another instruction set was in use.
    PackedWeights sorted(p.weights);
    sorted.sort_quads();
    return multiply({p.x_rows, sorted, p.bias, p.acc, p.acc_stride, p.codes, tile_bytes(sorted)},
                    rows, scratch);
  }
  const std::int64_t height = tile_rows(p.weights);
  const std::int64_t tiles =
      HWY_MIN((rows + height - 1) / height, HWY_MAX(kBlockBytes / p.tile_bytes, std::int64_t{1}));
  const auto needed = static_cast<std::size_t>(tiles * p.tile_bytes);
  if (scratch.size() < needed) scratch.resize(needed);
  for (std::int64_t row = 0; row < rows; row += tiles * height) {
    multiply_block(p, row, HWY_MIN(row + tiles * height, rows), scratch.data());
  }
}

void multiply_rows(const std::int8_t* const* x_rows, std::int64_t rows,
                   const PackedWeights& weights, const std::int32_t* bias, std::int32_t* acc,
                   std::int64_t acc_stride, RowScratch& scratch) {
  multiply({x_rows, weights, bias, acc, acc_stride, nullptr, tile_bytes(weights)}, rows, scratch);
}

void multiply_to_codes(const std::int8_t* const* x_rows, std::int64_t rows,
                       const PackedWeights& weights, const std::int32_t* bias,
                       const RequantizationTable& table, std::int64_t first_channel,
                       std::int8_t* out, std::int64_t out_stride, RowScratch& scratch) {
  const CodeColumns codes(table, first_channel, out, out_stride);
  multiply({x_rows, weights, bias, nullptr, 0, &codes, tile_bytes(weights)}, rows, scratch);
}

}  // namespace npusim::arith::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace npusim::arith {
namespace {
HWY_EXPORT(multiply_rows);
HWY_EXPORT(multiply_to_codes);
}  // namespace

void multiply_rows(const std::int8_t* const* x_rows, std::int64_t rows,
                   const PackedWeights& weights, const std::int32_t* bias, std::int32_t* acc,
                   std::int64_t acc_stride, RowScratch& scratch) {
  HWY_DYNAMIC_DISPATCH(multiply_rows)(x_rows, rows, weights, bias, acc, acc_stride, scratch);
}

void multiply_to_codes(const std::int8_t* const* x_rows, std::int64_t rows,
                       const PackedWeights& weights, const std::int32_t* bias,
                       const RequantizationTable& table, std::int64_t first_channel,
                       std::int8_t* out, std::int64_t out_stride, RowScratch& scratch) {
  HWY_DYNAMIC_DISPATCH(multiply_to_codes)
  (x_rows, rows, weights, bias, table, first_channel, out, out_stride, scratch);
}

}  // namespace npusim::arith
#endif  // HWY_ONCE
