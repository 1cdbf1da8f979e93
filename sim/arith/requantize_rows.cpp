// SPDX-License-Identifier: Apache-2.0
// Channels outside, rows inside: why that is fast is said in requantize-inl.h.
#include "sim/arith/requantize_rows.h"

#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sim/arith/requantize_rows.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "sim/arith/requantize-inl.h"

HWY_BEFORE_NAMESPACE();
namespace npusim::arith::HWY_NAMESPACE {

void requantize_rows(const std::int32_t* acc, std::int64_t acc_stride, std::int64_t rows,
                     const RequantizationTable& table, std::int8_t* out, std::int64_t out_stride) {
  rq::CodeRows(table, 0, out, out_stride).make(0, table.channels(), acc, acc_stride, 0, rows);
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
