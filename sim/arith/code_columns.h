// SPDX-License-Identifier: Apache-2.0
// Rows of codes that a kernel makes a few channels at a time.
#pragma once

#include <cstdint>

#include "sim/arith/requantize_rows.h"

namespace npusim::arith {

/// Where the codes of one product go. table and out outlive it.
class CodeColumns {
 public:
  /// Column 0 of out is channel first_channel of the table; rows are out_stride elements apart.
  CodeColumns(const RequantizationTable& table, std::int64_t first_channel, std::int8_t* out,
              std::int64_t out_stride)
      : table_(table),
        first_channel_(first_channel),
        out_(out),
        out_stride_(out_stride),
        requantize_(requantize_columns_in_use()) {}

  /// From sums of columns [column, column + columns) and rows [row, row + rows), the first of which
  /// stands at acc; kSumsBehind more can be read behind each row.
  void make(std::int64_t column, std::int64_t columns, const std::int32_t* acc,
            std::int64_t acc_stride, std::int64_t row, std::int64_t rows) const {
    requantize_(acc, acc_stride, rows, table_, first_channel_ + column, columns,
                out_ + row * out_stride_ + column, out_stride_);
  }

 private:
  const RequantizationTable& table_;
  std::int64_t first_channel_;
  std::int8_t* out_;
  std::int64_t out_stride_;
  RequantizeColumns* requantize_;
};

}  // namespace npusim::arith
