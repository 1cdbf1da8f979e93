// SPDX-License-Identifier: Apache-2.0
// Why this is fast, and exact: RequantizationTable::set() brings every channel to
// sum * multiplier * 2^-(32 + shift), shift from 1 to 22. The upper halves of the 32 x 32 bit
// products (even and odd lanes apart) are then all that is needed: what is rounded is a multiple of
// 2^32 above what they leave out, so (upper + 2^(shift - 1)) >> shift is the whole product, half
// rounded up, and the zero point is added before the shift together with the half. Negative
// products are 1 less before they are rounded, so that their ties go down, away from zero. Where
// the output holds no code below its zero point (behind a ReLU) that is left out: whatever a
// negative sum becomes, up to 0, is clamped.
// Four vectors of codes are packed into one, which saturates; its 128-bit blocks then hold a piece
// of each of the four, and one permutation puts them side by side. Parameters of two vectors of
// channels are loaded once for all rows. Most of these instructions shift or permute, for which a
// processor has fewer units than for others; so the odd lanes, which a multiplication takes from
// the even places, are not shifted there but read again, one sum further on (not in vectors as long
// as a cache line, every one of which would then lie in two).
//
// Factors that begin with a shift to the left first limit the sums to what is not clamped anyway. A
// shift before the multiplication, and one of more than 22 behind it, take magnitudes and put the
// signs back at the end.
#include "sim/arith/requantize_rows.h"

#include <algorithm>
#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sim/arith/requantize_rows.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace npusim::arith::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Sums = hn::CappedTag<std::int32_t, 16>;
using Magnitudes = hn::RebindToUnsigned<Sums>;
using Codes = hn::Repartition<std::int8_t, Sums>;  // of four vectors of sums
using Products = hn::Repartition<std::int64_t, Sums>;
using V = hn::Vec<Sums>;
using M = hn::Vec<Magnitudes>;
using P = hn::Vec<Products>;
constexpr std::int64_t kLanes = HWY_MIN(HWY_MAX_BYTES / 4, 16);
constexpr std::int64_t kVectorsAtOnce = 4;
constexpr std::int64_t kCodesAtOnce = kVectorsAtOnce * kLanes;

// A magnitude up to 2^31 shifted right, half rounded up; shifts in [0, 31]. Twice what is shifted
// out, shifted again, is the bit that rounds.
HWY_INLINE M round_shift_magnitude(M magnitude, M shifts) {
  const auto whole = magnitude >> shifts;
  const auto rest = magnitude - (whole << shifts);
  return whole + (hn::ShiftLeft<1>(rest) >> shifts);
}

template <class Vector>
HWY_INLINE Vector odd_lanes(Vector values) {
  const hn::DFromV<Vector> d;
  return hn::BitCast(
      d, hn::ShiftRight<32>(hn::BitCast(hn::Repartition<std::uint64_t, Sums>(), values)));
}

// The odd lanes of sums that were read at an address.
HWY_INLINE V odd_lanes_of(V sums, const std::int32_t* address) {
  return HWY_MAX_BYTES == 64 ? odd_lanes(sums) : hn::LoadU(Sums(), address + 1);
}

// The upper halves of the products of even and of odd lanes.
HWY_INLINE V upper_halves(P even, P odd) {
  return hn::OddEven(hn::BitCast(Sums(), odd), hn::Shuffle2301(hn::BitCast(Sums(), even)));
}

// The products of even lanes; multiplier not negative.
HWY_INLINE P multiply_even(V sum, V multiplier) {
#if HWY_TARGET == HWY_SSSE3
  // Without a signed multiplication: a negative sum, read as unsigned, is 2^32 too large.
  const auto product =
      hn::MulEven(hn::BitCast(Magnitudes(), sum), hn::BitCast(Magnitudes(), multiplier));
  const V excess = hn::And(hn::BroadcastSignBit(sum), multiplier);
  return hn::BitCast(Products(), product) - hn::ShiftLeft<32>(hn::BitCast(Products(), excess));
#else
  return hn::MulEven(sum, multiplier);
#endif
}

// kLanes channels from `channel` on: of the sums at an address, behind which one more is read. The
// codes are neither clamped nor saturated.

class Rectified {
 public:
  HWY_INLINE Rectified(const RequantizationTable& table, std::int64_t channel)
      : multiplier_(hn::LoadU(Sums(), table.multipliers() + channel)),
        odd_multiplier_(odd_lanes(multiplier_)),
        addend_(hn::LoadU(Sums(), table.addends() + channel)),
        shift_(hn::LoadU(Sums(), table.shifts() + channel)) {}

  HWY_INLINE V codes(const std::int32_t* sums) const {
    const V all = hn::LoadU(Sums(), sums);
    return codes_of(all, odd_lanes_of(all, sums));
  }

  // odd: the odd lanes of the sums in even ones.
  HWY_INLINE V codes_of(V sums, V odd) const {
    return rounded(multiply_even(sums, multiplier_), multiply_even(odd, odd_multiplier_));
  }

 protected:
  HWY_INLINE V rounded(P even, P odd) const {
    return (upper_halves(even, odd) + addend_) >> shift_;
  }

  V multiplier_, odd_multiplier_, addend_, shift_;
};

class Plain : public Rectified {
 public:
  HWY_INLINE Plain(const RequantizationTable& table, std::int64_t channel)
      : Rectified(table, channel) {}

  HWY_INLINE V codes(const std::int32_t* sums) const {
    const V all = hn::LoadU(Sums(), sums);
    return codes_of(all, odd_lanes_of(all, sums));
  }

  HWY_INLINE V codes_of(V sums, V odd) const {
    return rounded(less_if_negative(multiply_even(sums, multiplier_)),
                   less_if_negative(multiply_even(odd, odd_multiplier_)));
  }

 private:
  HWY_INLINE static P less_if_negative(P product) {
    const hn::RebindToUnsigned<Products> d;
    return product - hn::BitCast(Products(), hn::ShiftRight<63>(hn::BitCast(d, product)));
  }
};

// Where a factor is so large that it begins with a shift to the left.
template <class Direct>
class Limited : public Direct {
 public:
  HWY_INLINE Limited(const RequantizationTable& table, std::int64_t channel)
      : Direct(table, channel),
        left_(hn::BitCast(Sums(), hn::LoadU(Magnitudes(), table.left_shifts() + channel))) {
    const auto cap = hn::LoadU(Magnitudes(), table.caps() + channel);
    most_ = hn::BitCast(Sums(), cap - hn::ShiftRight<31>(cap));
  }

  HWY_INLINE V codes(const std::int32_t* sums) const {
    const V all = hn::LoadU(Sums(), sums);
    const V limited = hn::Min(hn::Max(all, hn::Not(most_)), most_) << left_;
    return Direct::codes_of(limited, odd_lanes(limited));
  }

 private:
  V left_, most_;
};

class General {
 public:
  HWY_INLINE General(const RequantizationTable& table, std::int64_t channel)
      : multiplier_(load(table.multipliers() + channel)),
        odd_multiplier_(odd_lanes(multiplier_)),
        shift_(load(table.shifts() + channel)),
        half_(hn::Set(Magnitudes(), 1) << (shift_ - hn::Set(Magnitudes(), 1))),
        left_(load(table.left_shifts() + channel)),
        cap_(load(table.caps() + channel)),
        pre_shift_(load(table.pre_shifts() + channel)),
        zero_point_(hn::Set(Sums(), table.output().zero_point)) {}

  HWY_INLINE V codes(const std::int32_t* sums) const {
    const V sum = hn::LoadU(Sums(), sums);
    auto magnitude = round_shift_magnitude(hn::BitCast(Magnitudes(), hn::Abs(sum)), pre_shift_);
    magnitude = hn::Min(magnitude, cap_) << left_;
    const auto even = hn::MulEven(magnitude, multiplier_);
    const auto odd = hn::MulEven(odd_lanes(magnitude), odd_multiplier_);
    const auto upper = hn::BitCast(
        Magnitudes(), upper_halves(hn::BitCast(Products(), even), hn::BitCast(Products(), odd)));
    const auto sign = hn::BroadcastSignBit(sum);
    return hn::Xor(hn::BitCast(Sums(), (upper + half_) >> shift_), sign) + (zero_point_ - sign);
  }

 private:
  template <class T>
  HWY_INLINE static M load(const T* values) {
    return hn::BitCast(Magnitudes(), hn::LoadU(hn::CappedTag<T, 16>(), values));
  }

  M multiplier_, odd_multiplier_, shift_, half_, left_, cap_, pre_shift_;
  V zero_point_;
};

// Four vectors in 8 bits, saturated, one behind the other.
HWY_INLINE hn::Vec<Codes> narrow(V a, V b, V c, V d) {
#if HWY_MAX_BYTES == 64
  const V mixed{
      _mm512_packs_epi16(_mm512_packs_epi32(a.raw, b.raw), _mm512_packs_epi32(c.raw, d.raw))};
  const auto order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  return hn::Vec<Codes>{_mm512_permutexvar_epi32(order, mixed.raw)};
#elif HWY_MAX_BYTES == 32
  const V mixed{
      _mm256_packs_epi16(_mm256_packs_epi32(a.raw, b.raw), _mm256_packs_epi32(c.raw, d.raw))};
  return hn::Vec<Codes>{
      _mm256_permutevar8x32_epi32(mixed.raw, _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7))};
#else
  return hn::Vec<Codes>{
      _mm_packs_epi16(_mm_packs_epi32(a.raw, b.raw), _mm_packs_epi32(c.raw, d.raw))};
#endif
}

// Sums in memory and where their codes go.
struct Rows {
  const std::int32_t* acc;
  std::int64_t acc_stride;
  std::int64_t count;
  std::int8_t* out;
  std::int64_t out_stride;
};

// kVectors (1 or 2) vectors of channels from `channel` on.
template <class Requantizer, std::int64_t kVectors>
class Columns {
 public:
  HWY_INLINE Columns(const RequantizationTable& table, std::int64_t channel)
      : first_(table, channel), last_(table, channel + (kVectors - 1) * kLanes) {
    std::int8_t lows[kCodesAtOnce];
    std::int8_t highs[kCodesAtOnce];
    for (std::int64_t row = 0; row < kRows; ++row) {
      std::memcpy(lows + row * kWidth, table.lows() + channel, kWidth);
      std::memcpy(highs + row * kWidth, table.highs() + channel, kWidth);
    }
    low_ = hn::LoadU(Codes(), lows);
    high_ = hn::LoadU(Codes(), highs);
  }

  HWY_INLINE void requantize(const Rows& rows) const {
    const std::int32_t* acc = rows.acc;
    std::int8_t* out = rows.out;
    std::int64_t left = rows.count;
    for (; left >= kRows; left -= kRows) {
      store_rows(codes(acc, rows.acc_stride), out, rows.out_stride);
      acc += kRows * rows.acc_stride;
      out += kRows * rows.out_stride;
    }
    if (left == 0) return;
    if (rows.count >= kRows) {  // some of the rows before them once more
      const std::int64_t again = kRows - left;
      return store_rows(codes(acc - again * rows.acc_stride, rows.acc_stride),
                        out - again * rows.out_stride, rows.out_stride);
    }
    std::int32_t sums[kCodesAtOnce + kSumsBehind] = {};
    for (std::int64_t row = 0; row < left; ++row) {
      std::memcpy(sums + row * kWidth, acc + row * rows.acc_stride, kWidth * sizeof *sums);
    }
    store(codes(sums, kWidth), left, out, rows.out_stride);
  }

 private:
  static constexpr std::int64_t kWidth = kVectors * kLanes;
  static constexpr std::int64_t kRows = kVectorsAtOnce / kVectors;

  HWY_INLINE hn::Vec<Codes> codes(const std::int32_t* acc, std::int64_t stride) const {
    const std::int32_t* second = acc + (kVectors == 2 ? kLanes : stride);
    const std::int32_t* third = acc + (kVectors == 2 ? stride : 2 * stride);
    const std::int32_t* fourth = third + (kVectors == 2 ? kLanes : stride);
    const auto made =
        narrow(first_.codes(acc), last_.codes(second), first_.codes(third), last_.codes(fourth));
    return hn::Min(hn::Max(made, low_), high_);
  }

  HWY_INLINE static void store_rows(hn::Vec<Codes> codes, std::int8_t* out, std::int64_t stride) {
    if (kVectors == 2) {
      const hn::Half<Codes> half;
      hn::StoreU(hn::LowerHalf(half, codes), half, out);
      hn::StoreU(hn::UpperHalf(half, codes), half, out + stride);
    } else {
      store(codes, kRows, out, stride);
    }
  }

  HWY_INLINE static void store(hn::Vec<Codes> codes, std::int64_t rows, std::int8_t* out,
                               std::int64_t stride) {
    std::int8_t made[kCodesAtOnce];
    hn::StoreU(codes, Codes(), made);
    for (std::int64_t row = 0; row < rows; ++row) {
      std::memcpy(out + row * stride, made + row * kWidth, kWidth);
    }
  }

  Requantizer first_, last_;
  hn::Vec<Codes> low_, high_;
};

// The last channels, fewer than a vector: in copies, a few rows at a time.
template <class Requantizer>
void requantize_ragged(const RequantizationTable& table, std::int64_t channel, std::int64_t width,
                       Rows rows) {
  constexpr std::int64_t kRowsAtOnce = 16;
  std::int32_t sums[kRowsAtOnce * kLanes + kSumsBehind] = {};
  std::int8_t made[kRowsAtOnce * kLanes];
  const Columns<Requantizer, 1> columns(table, channel);
  const auto count = static_cast<std::size_t>(width);
  for (std::int64_t first = 0; first < rows.count; first += kRowsAtOnce) {
    const std::int64_t height = HWY_MIN(kRowsAtOnce, rows.count - first);
    for (std::int64_t row = 0; row < height; ++row, rows.acc += rows.acc_stride) {
      std::memcpy(sums + row * kLanes, rows.acc, count * sizeof *sums);
    }
    columns.requantize({sums, kLanes, height, made, kLanes});
    for (std::int64_t row = 0; row < height; ++row, rows.out += rows.out_stride) {
      std::memcpy(rows.out, made + row * kLanes, count);
    }
  }
}

template <class Requantizer>
void requantize(const RequantizationTable& table, std::int64_t channel, std::int64_t channels,
                Rows rows) {
  const std::int64_t end = channel + channels;
  const auto advance = [&](std::int64_t width) {
    channel += width;
    rows.acc += width;
    rows.out += width;
  };
  for (; channel + 2 * kLanes <= end; advance(2 * kLanes)) {
    Columns<Requantizer, 2>(table, channel).requantize(rows);
  }
  for (; channel + kLanes <= end; advance(kLanes)) {
    Columns<Requantizer, 1>(table, channel).requantize(rows);
  }
  if (channel < end) requantize_ragged<Requantizer>(table, channel, end - channel, rows);
}

void requantize_columns(const std::int32_t* acc, std::int64_t acc_stride, std::int64_t rows,
                        const RequantizationTable& table, std::int64_t channel,
                        std::int64_t channels, std::int8_t* out, std::int64_t out_stride) {
  const Rows all{acc, acc_stride, rows, out, out_stride};
  const bool is_rectified = table.output().low >= table.output().zero_point;
  auto* columns = requantize<General>;
  if (table.has_direct_factors() && table.has_limits()) {
    columns = is_rectified ? requantize<Limited<Rectified>> : requantize<Limited<Plain>>;
  } else if (table.has_direct_factors()) {
    columns = is_rectified ? requantize<Rectified> : requantize<Plain>;
  }
  columns(table, channel, channels, all);
}

}  // namespace npusim::arith::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace npusim::arith {
namespace {
HWY_EXPORT(requantize_columns);
}  // namespace

RequantizeColumns* requantize_columns_in_use() { return &HWY_DYNAMIC_DISPATCH(requantize_columns); }

void requantize_rows(const std::int32_t* acc, std::int64_t acc_stride, std::int64_t rows,
                     const RequantizationTable& table, std::int8_t* out, std::int64_t out_stride) {
  if (rows == 0) return;
  RequantizeColumns* const requantize = requantize_columns_in_use();
  const std::int64_t last = rows - 1;
  requantize(acc, acc_stride, last, table, 0, table.channels(), out, out_stride);
  // Behind the last row there may be nothing to read.
  constexpr std::int64_t kAtOnce = 256;
  std::int32_t sums[kAtOnce + kSumsBehind] = {};
  for (std::int64_t channel = 0; channel < table.channels(); channel += kAtOnce) {
    const std::int64_t count = std::min(kAtOnce, table.channels() - channel);
    std::copy_n(acc + last * acc_stride + channel, count, sums);
    requantize(sums, 0, 1, table, channel, count, out + last * out_stride + channel, 0);
  }
}

}  // namespace npusim::arith
#endif  // HWY_ONCE
