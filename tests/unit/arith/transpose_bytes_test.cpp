// SPDX-License-Identifier: Apache-2.0
#include "sim/arith/transpose_bytes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

namespace npusim::arith {
namespace {

// Against the definition, for every size around the blocks; what lies between the rows stays.
TEST(TransposeBytes, EveryByteChangesPlacesAndNoOtherIsTouched) {
  std::mt19937_64 random(7);
  constexpr std::int8_t kUntouched = 99;
  for (const std::int64_t rows : {0, 1, 7, 8, 15, 16, 17, 31, 32, 33, 64}) {
    for (const std::int64_t columns : {0, 1, 2, 9, 15, 16, 17, 27, 63, 64, 65, 130}) {
      const std::int64_t from_stride = columns + static_cast<std::int64_t>(random() % 3);
      const std::int64_t to_stride = rows + static_cast<std::int64_t>(random() % 3);
      std::vector<std::int8_t> from(static_cast<std::size_t>(rows * from_stride));
      for (std::int8_t& byte : from) byte = static_cast<std::int8_t>(random());
      std::vector<std::int8_t> to(static_cast<std::size_t>(columns * to_stride), kUntouched);
      std::vector<std::int8_t> wanted = to;
      for (std::int64_t i = 0; i < rows; ++i) {
        for (std::int64_t j = 0; j < columns; ++j) {
          wanted[static_cast<std::size_t>(j * to_stride + i)] =
              from[static_cast<std::size_t>(i * from_stride + j)];
        }
      }
      transpose_bytes(from.data(), from_stride, rows, columns, to.data(), to_stride);
      ASSERT_EQ(to, wanted) << rows << " x " << columns;
    }
  }
}

}  // namespace
}  // namespace npusim::arith
