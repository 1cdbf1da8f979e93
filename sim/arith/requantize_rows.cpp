// SPDX-License-Identifier: Apache-2.0
// Why this is fast, and exact: the magnitude is capped where the output clamps anyway, so a 32 x 32
// bit product (even and odd lanes apart), shifted right by n - 1, fits 32 bits again; the last bit
// is rounded there: ((p >> (n-1)) + 1) >> 1 == (p + 2^(n-1)) >> n. Signs are put back at the end,
// which makes ties round away from zero.
#include "sim/arith/requantize_rows.h"

#include "sim/arith/requantize.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sim/arith/requantize_rows.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace npusim::arith::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

constexpr std::int64_t kFullLanes = HWY_MIN(HWY_MAX_BYTES / 4, 16);

// A magnitude up to 2^31 shifted right, half rounded up; shifts in [0, 31]. Twice what is shifted
// out, shifted again, is the bit that rounds.
template <class VU>
HWY_INLINE VU round_shift_magnitude(VU magnitude, VU shifts) {
  const auto whole = magnitude >> shifts;
  const auto rest = magnitude - (whole << shifts);
  return whole + (hn::ShiftLeft<1>(rest) >> shifts);
}

// One after another for all rows: the parameters of a vector of channels stay in registers. But
// few at a time, so that their codes stay in the first cache until their lines are full.
constexpr std::int64_t kRowsAtOnce = 16;

// The operands of one call, in one place.
struct Rows {
  const std::int32_t* acc;
  std::int64_t acc_stride;
  std::int8_t* out;
  std::int64_t out_stride;
  const RequantizationTable& table;
};

// Channels [c, c + lanes of D).
template <bool kPreMultiply, class D>
class Channels {
 public:
  Channels(const RequantizationTable& table, std::int64_t c)
      : pre_shift_(hn::LoadU(U(), table.pre_shifts() + c)),
        cap_(hn::LoadU(U(), table.caps() + c)),
        zero_point_(hn::Set(D(), table.output().zero_point)) {
    const auto multiplier = hn::LoadU(U(), table.multipliers() + c);
    multiplier_even_ = multiplier;
    multiplier_odd_ = hn::BitCast(U(), hn::ShiftRight<32>(hn::BitCast(U64(), multiplier)));
    const auto shift = hn::BitCast(U64(), hn::LoadU(U(), table.shifts() + c) - hn::Set(U(), 1u));
    shift_even_ = hn::And(shift, hn::Set(U64(), 0xFFFFFFFFu));
    shift_odd_ = hn::ShiftRight<32>(shift);
    low_ = hn::Set(D(), table.output().low);
    high_ = hn::Set(D(), table.output().high);
    if (table.has_channel_clamps()) {
      low_ = hn::PromoteTo(D(), hn::LoadU(Codes(), table.lows() + c));
      high_ = hn::PromoteTo(D(), hn::LoadU(Codes(), table.highs() + c));
    }
  }

  HWY_INLINE void requantize(const std::int32_t* acc, std::int8_t* out) const {
    const auto value = hn::LoadU(D(), acc);
    const auto sign = hn::BroadcastSignBit(value);
    auto magnitude = hn::BitCast(U(), hn::Abs(value));
    if (kPreMultiply) magnitude = round_shift_magnitude(magnitude, pre_shift_);
    magnitude = hn::Min(magnitude, cap_);
    const auto odd_magnitude = hn::BitCast(U(), hn::ShiftRight<32>(hn::BitCast(U64(), magnitude)));
    const auto even = hn::MulEven(magnitude, multiplier_even_) >> shift_even_;
    const auto odd = hn::MulEven(odd_magnitude, multiplier_odd_) >> shift_odd_;
    const auto doubled = hn::BitCast(U(), hn::Or(even, hn::ShiftLeft<32>(odd)));
    const auto rounded = hn::BitCast(D(), hn::ShiftRight<1>(doubled + hn::Set(U(), 1u)));
    const auto code = hn::Xor(rounded, sign) - sign + zero_point_;
    hn::StoreU(hn::DemoteTo(Codes(), hn::Min(hn::Max(code, low_), high_)), Codes(), out);
  }

 private:
  using U = hn::RebindToUnsigned<D>;
  using U64 = hn::Repartition<std::uint64_t, D>;
  using Codes = hn::Rebind<std::int8_t, D>;

  hn::Vec<U> multiplier_even_, multiplier_odd_, pre_shift_, cap_;
  hn::Vec<U64> shift_even_, shift_odd_;
  hn::Vec<D> low_, high_, zero_point_;
};

template <bool kPreMultiply, class D>
HWY_INLINE std::int64_t requantize_channels(D /*d*/, const Rows& r, std::int64_t begin,
                                            std::int64_t end, std::int64_t c) {
  const Channels<kPreMultiply, D> channels(r.table, c);
  for (std::int64_t row = begin; row < end; ++row) {
    channels.requantize(r.acc + row * r.acc_stride + c, r.out + row * r.out_stride + c);
  }
  return hn::MaxLanes(D());
}

template <bool kPreMultiply>
HWY_INLINE void requantize_channel(const Rows& r, std::int64_t begin, std::int64_t end,
                                   std::int64_t c) {
  const RequantizationTable& table = r.table;
  const auto multiplier = static_cast<std::int32_t>(table.multipliers()[c]);
  const auto shift = static_cast<int>(table.shifts()[c]);
  const auto pre_shift = static_cast<int>(table.pre_shifts()[c]);
  const std::int32_t zero_point = table.output().zero_point;
  const bool own = table.has_channel_clamps();
  const std::int32_t low = own ? std::int32_t{table.lows()[c]} : table.output().low;
  const std::int32_t high = own ? std::int32_t{table.highs()[c]} : table.output().high;
  for (std::int64_t row = begin; row < end; ++row) {
    const std::int32_t acc = r.acc[row * r.acc_stride + c];
    r.out[row * r.out_stride + c] =
        kPreMultiply
            ? requantize_pre_multiply(acc, pre_shift, multiplier, shift, zero_point, low, high)
            : requantize(acc, multiplier, shift, zero_point, low, high);
  }
}

template <bool kPreMultiply>
HWY_INLINE void requantize_block(const Rows& r, std::int64_t begin, std::int64_t end) {
  const hn::CappedTag<std::int32_t, 16> full;
  const hn::CappedTag<std::int32_t, 8> eight;
  const hn::CappedTag<std::int32_t, 4> four;
  const std::int64_t channels = r.table.channels();
  std::int64_t c = 0;
  while (c + kFullLanes <= channels) {
    c += requantize_channels<kPreMultiply>(full, r, begin, end, c);
  }
  if (kFullLanes > 8 && c + 8 <= channels) {
    c += requantize_channels<kPreMultiply>(eight, r, begin, end, c);
  }
  if (kFullLanes > 4 && c + 4 <= channels) {
    c += requantize_channels<kPreMultiply>(four, r, begin, end, c);
  }
  for (; c < channels; ++c) requantize_channel<kPreMultiply>(r, begin, end, c);
}

void requantize_rows(const std::int32_t* acc, std::int64_t acc_stride, std::int64_t rows,
                     const RequantizationTable& table, std::int8_t* out, std::int64_t out_stride) {
  const Rows r{acc, acc_stride, out, out_stride, table};
  for (std::int64_t begin = 0; begin < rows; begin += kRowsAtOnce) {
    const std::int64_t end = HWY_MIN(begin + kRowsAtOnce, rows);
    if (table.placement() == Placement::pre_multiply) {
      requantize_block<true>(r, begin, end);
    } else {
      requantize_block<false>(r, begin, end);
    }
  }
}

}  // namespace npusim::arith::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace npusim::arith {
namespace {
HWY_EXPORT(requantize_rows);
}  // namespace

void requantize_rows(const std::int32_t* acc, std::int64_t acc_stride, std::int64_t rows,
                     const RequantizationTable& table, std::int8_t* out, std::int64_t out_stride) {
  HWY_DYNAMIC_DISPATCH(requantize_rows)(acc, acc_stride, rows, table, out, out_stride);
}

}  // namespace npusim::arith
#endif  // HWY_ONCE
