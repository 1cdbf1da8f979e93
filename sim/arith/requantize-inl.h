// SPDX-License-Identifier: Apache-2.0
// The requantization of a vector of accumulators, for the kernels of each instruction set (included
// once per target, behind <hwy/highway.h>).
//
// Why this is fast, and exact: RequantizationTable::set() brings every channel to
// (magnitude << left) * multiplier * 2^-(32 + shift), shift at least 1. The upper halves of the
// 32 x 32 bit products (even and odd lanes apart) are then all that is needed: what is rounded is a
// multiple of 2^32 above what they leave out, so (upper + 2^(shift - 1)) >> shift is the whole
// product, half rounded up. Signs are put back at the end, which makes ties round away from zero.
// Where the output holds no code below its zero point (behind a ReLU), negative sums give the
// least code, as 0 does: they are made 0, and there are no signs.
// Parameters of a vector of channels are loaded once for many rows.
#include "sim/arith/requantize_rows.h"

#if defined(NPUSIM_ARITH_REQUANTIZE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NPUSIM_ARITH_REQUANTIZE_INL_H_
#undef NPUSIM_ARITH_REQUANTIZE_INL_H_
#else
#define NPUSIM_ARITH_REQUANTIZE_INL_H_
#endif

HWY_BEFORE_NAMESPACE();
namespace npusim::arith::HWY_NAMESPACE {
namespace rq {
namespace hn = hwy::HWY_NAMESPACE;

using Sums = hn::CappedTag<std::int32_t, 16>;
using Magnitudes = hn::RebindToUnsigned<Sums>;
using Codes = hn::Rebind<std::int8_t, Sums>;
using Products = hn::Repartition<std::uint64_t, Sums>;
using V = hn::Vec<Sums>;
using M = hn::Vec<Magnitudes>;
constexpr std::int64_t kLanes = HWY_MIN(HWY_MAX_BYTES / 4, 16);

// What a table asks for, beyond the multiplication.
enum class Kind { plain, rectified, limited, pre_multiply };

inline Kind kind_of(const RequantizationTable& table) {
  if (table.placement() == Placement::pre_multiply) return Kind::pre_multiply;
  if (table.has_limits()) return Kind::limited;
  return table.output().low >= table.output().zero_point ? Kind::rectified : Kind::plain;
}

// A magnitude up to 2^31 shifted right, half rounded up; shifts in [0, 31]. Twice what is shifted
// out, shifted again, is the bit that rounds.
HWY_INLINE M round_shift_magnitude(M magnitude, M shifts) {
  const auto whole = magnitude >> shifts;
  const auto rest = magnitude - (whole << shifts);
  return whole + (hn::ShiftLeft<1>(rest) >> shifts);
}

HWY_INLINE M odd_lanes(M values) {
  return hn::BitCast(Magnitudes(), hn::ShiftRight<32>(hn::BitCast(Products(), values)));
}

// kLanes channels from `channel` on.
template <Kind kKind>
class Requantizer {
 public:
  HWY_INLINE Requantizer(const RequantizationTable& table, std::int64_t channel)
      : multiplier_(hn::LoadU(Magnitudes(), table.multipliers() + channel)),
        odd_multiplier_(odd_lanes(multiplier_)),
        shift_(hn::LoadU(Magnitudes(), table.shifts() + channel)),
        half_(hn::LoadU(Magnitudes(), table.halves() + channel)),
        left_(hn::LoadU(Magnitudes(), table.left_shifts() + channel)),
        cap_(hn::LoadU(Magnitudes(), table.caps() + channel)),
        pre_shift_(hn::LoadU(Magnitudes(), table.pre_shifts() + channel)),
        zero_point_(hn::Set(Sums(), table.output().zero_point)),
        low_(hn::LoadU(Codes(), table.lows() + channel)),
        high_(hn::LoadU(Codes(), table.highs() + channel)) {}

  HWY_INLINE hn::Vec<Codes> codes(V sum) const {
    constexpr bool kSigned = kKind != Kind::rectified;
    auto magnitude =
        hn::BitCast(Magnitudes(), kSigned ? hn::Abs(sum) : hn::Max(sum, hn::Zero(Sums())));
    if (kKind == Kind::pre_multiply) magnitude = round_shift_magnitude(magnitude, pre_shift_);
    if (kKind == Kind::limited || kKind == Kind::pre_multiply) {
      magnitude = hn::Min(magnitude, cap_) << left_;
    }
    const auto even = hn::ShiftRight<32>(hn::MulEven(magnitude, multiplier_));
    const auto odd = hn::MulEven(odd_lanes(magnitude), odd_multiplier_);
    const auto upper = hn::OddEven(hn::BitCast(Magnitudes(), odd), hn::BitCast(Magnitudes(), even));
    const auto rounded = hn::BitCast(Sums(), (upper + half_) >> shift_);
    const auto sign = kSigned ? hn::BroadcastSignBit(sum) : hn::Zero(Sums());
    const auto code = hn::Xor(rounded, sign) + (zero_point_ - sign);
#if HWY_MAX_BYTES == 64
    const hn::Vec<Codes> narrow{_mm512_cvtsepi32_epi8(code.raw)};
#else
    const auto narrow = hn::DemoteTo(Codes(), code);
#endif
    return hn::Min(hn::Max(narrow, low_), high_);
  }

  // `rows` rows of the channels, of which `width` exist.
  HWY_INLINE void rows(const std::int32_t* acc, std::int64_t acc_stride, std::int64_t rows,
                       std::int64_t width, std::int8_t* out, std::int64_t out_stride) const {
    if (width >= kLanes) {
      for (std::int64_t r = 0; r < rows; ++r, acc += acc_stride, out += out_stride) {
        hn::StoreU(codes(hn::LoadU(Sums(), acc)), Codes(), out);
      }
      return;
    }
    const auto count = static_cast<std::size_t>(width);
    std::int32_t sums[kLanes] = {};
    std::int8_t made[kLanes];
    for (std::int64_t r = 0; r < rows; ++r, acc += acc_stride, out += out_stride) {
      std::memcpy(sums, acc, count * sizeof(std::int32_t));
      hn::StoreU(codes(hn::LoadU(Sums(), sums)), Codes(), made);
      std::memcpy(out, made, count);
    }
  }

 private:
  M multiplier_, odd_multiplier_, shift_, half_, left_, cap_, pre_shift_;
  V zero_point_;
  hn::Vec<Codes> low_, high_;
};

// Channels [channel, channel + channels) of the table, the first of which stands at acc and out.
template <Kind kKind>
void requantize(const RequantizationTable& table, std::int64_t channel, std::int64_t channels,
                const std::int32_t* acc, std::int64_t acc_stride, std::int64_t rows,
                std::int8_t* out, std::int64_t out_stride) {
  for (std::int64_t c = 0; c < channels; c += kLanes) {
    Requantizer<kKind>(table, channel + c)
        .rows(acc + c, acc_stride, rows, channels - c, out + c, out_stride);
  }
}

// Rows of codes that a kernel makes a few channels at a time.
class CodeRows {
 public:
  CodeRows(const RequantizationTable& table, std::int64_t first_channel, std::int8_t* out,
           std::int64_t out_stride)
      : table_(table), first_channel_(first_channel), out_(out), out_stride_(out_stride) {
    switch (kind_of(table)) {
      case Kind::plain:
        requantize_ = requantize<Kind::plain>;
        break;
      case Kind::rectified:
        requantize_ = requantize<Kind::rectified>;
        break;
      case Kind::limited:
        requantize_ = requantize<Kind::limited>;
        break;
      case Kind::pre_multiply:
        requantize_ = requantize<Kind::pre_multiply>;
        break;
    }
  }

  // From sums of channels [channel, channel + channels) and rows [row, row + rows).
  HWY_INLINE void make(std::int64_t channel, std::int64_t channels, const std::int32_t* acc,
                       std::int64_t acc_stride, std::int64_t row, std::int64_t rows) const {
    requantize_(table_, first_channel_ + channel, channels, acc, acc_stride, rows,
                out_ + row * out_stride_ + channel, out_stride_);
  }

 private:
  const RequantizationTable& table_;
  std::int64_t first_channel_;
  std::int8_t* out_;
  std::int64_t out_stride_;
  void (*requantize_)(const RequantizationTable&, std::int64_t, std::int64_t, const std::int32_t*,
                      std::int64_t, std::int64_t, std::int8_t*, std::int64_t) = nullptr;
};

}  // namespace rq
}  // namespace npusim::arith::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
