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

// Channels [c, c + lanes of d) of one row.
template <bool kPreMultiply, class D>
HWY_INLINE void requantize_channels(D d, const std::int32_t* acc, const RequantizationTable& table,
                                    std::int64_t c, std::int8_t* out) {
  const hn::RebindToUnsigned<D> du;
  const hn::Repartition<std::uint64_t, D> du64;
  const hn::Rebind<std::int8_t, D> d8;

  const auto value = hn::LoadU(d, acc + c);
  const auto sign = hn::BroadcastSignBit(value);
  auto magnitude = hn::BitCast(du, hn::Xor(value, sign) - sign);
  if (kPreMultiply) {
    magnitude = round_shift_magnitude(magnitude, hn::LoadU(du, table.pre_shifts() + c));
  }
  magnitude = hn::Min(magnitude, hn::LoadU(du, table.caps() + c));

  const auto multiplier = hn::LoadU(du, table.multipliers() + c);
  const auto shift = hn::BitCast(du64, hn::LoadU(du, table.shifts() + c) - hn::Set(du, 1u));
  const auto low_half = hn::Set(du64, 0xFFFFFFFFu);
  const auto even = hn::MulEven(magnitude, multiplier) >> hn::And(shift, low_half);
  const auto odd =
      hn::MulEven(hn::BitCast(du, hn::ShiftRight<32>(hn::BitCast(du64, magnitude))),
                  hn::BitCast(du, hn::ShiftRight<32>(hn::BitCast(du64, multiplier)))) >>
      hn::ShiftRight<32>(shift);
  const auto doubled = hn::BitCast(du, hn::Or(even, hn::ShiftLeft<32>(odd)));
  const auto rounded = hn::BitCast(d, hn::ShiftRight<1>(doubled + hn::Set(du, 1u)));

  const OutputCode& output = table.output();
  const auto code = hn::Xor(rounded, sign) - sign + hn::Set(d, output.zero_point);
  const auto clamped = hn::Min(hn::Max(code, hn::Set(d, output.low)), hn::Set(d, output.high));
  hn::StoreU(hn::DemoteTo(d8, clamped), d8, out + c);
}

template <bool kPreMultiply>
HWY_INLINE std::int8_t requantize_channel(std::int32_t acc, const RequantizationTable& table,
                                          std::int64_t c) {
  const auto multiplier = static_cast<std::int32_t>(table.multipliers()[c]);
  const auto shift = static_cast<int>(table.shifts()[c]);
  const OutputCode& o = table.output();
  if (!kPreMultiply) return requantize(acc, multiplier, shift, o.zero_point, o.low, o.high);
  return requantize_pre_multiply(acc, static_cast<int>(table.pre_shifts()[c]), multiplier, shift,
                                 o.zero_point, o.low, o.high);
}

template <bool kPreMultiply>
HWY_INLINE void requantize_row(const std::int32_t* acc, const RequantizationTable& table,
                               std::int8_t* out) {
  const hn::CappedTag<std::int32_t, 16> full;
  const hn::CappedTag<std::int32_t, 8> eight;
  const hn::CappedTag<std::int32_t, 4> four;
  const std::int64_t channels = table.channels();
  std::int64_t c = 0;
  for (; c + kFullLanes <= channels; c += kFullLanes) {
    requantize_channels<kPreMultiply>(full, acc, table, c, out);
  }
  if (kFullLanes > 8 && c + 8 <= channels) {
    requantize_channels<kPreMultiply>(eight, acc, table, c, out);
    c += 8;
  }
  if (kFullLanes > 4 && c + 4 <= channels) {
    requantize_channels<kPreMultiply>(four, acc, table, c, out);
    c += 4;
  }
  for (; c < channels; ++c) out[c] = requantize_channel<kPreMultiply>(acc[c], table, c);
}

// Clamped to the output's limits already, which the channel's lie within: the same as clamped to
// the channel's at once.
void clamp_row(const RequantizationTable& table, std::int8_t* out) {
  const std::int8_t* const lows = table.lows();
  const std::int8_t* const highs = table.highs();
  for (std::int64_t c = 0; c < table.channels(); ++c) {
    const std::int8_t raised = out[c] > lows[c] ? out[c] : lows[c];
    out[c] = raised < highs[c] ? raised : highs[c];
  }
}

void requantize_rows(const std::int32_t* acc, std::int64_t acc_stride, std::int64_t rows,
                     const RequantizationTable& table, std::int8_t* out, std::int64_t out_stride) {
  const bool pre_multiply = table.placement() == Placement::pre_multiply;
  for (std::int64_t row = 0; row < rows; ++row, acc += acc_stride, out += out_stride) {
    if (pre_multiply) {
      requantize_row<true>(acc, table, out);
    } else {
      requantize_row<false>(acc, table, out);
    }
    if (table.has_channel_clamps()) clamp_row(table, out);
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
