// SPDX-License-Identifier: Apache-2.0
// Runs a check on every instruction set that this program has code for and this machine can run.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "sim/arith/simd.h"

namespace npusim::arith {

template <class Check>
void on_every_target(const Check& check) {
  const auto targets = simd_targets();
  ASSERT_FALSE(targets.empty());
  for (const std::int64_t target : targets) {
    use_simd_target(target);
    SCOPED_TRACE(simd_target_name(target));
    EXPECT_EQ(simd_target_name(), simd_target_name(target));
    check();
  }
  use_simd_target(0);
}

}  // namespace npusim::arith
