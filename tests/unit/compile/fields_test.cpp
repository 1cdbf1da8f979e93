// SPDX-License-Identifier: Apache-2.0
#include "frontend/compile/fields.h"

#include <gtest/gtest.h>

#include "tests/unit/compile/compile_helpers.h"

namespace npusim::compile {
namespace {

TEST(ToField, HoldsTheWholeRangeOfTheField) {
  EXPECT_EQ(to_field<std::uint8_t>(255, "a", "b"), 255);
  EXPECT_EQ(to_field<std::int8_t>(-128, "a", "b"), -128);
  EXPECT_EQ(to_field<std::uint32_t>(0xffffffffLL, "a", "b"), 0xffffffffU);
}

TEST(ToField, RefusesOneMoreAndNamesLayerAndQuantity) {
  EXPECT_EQ(input_error_of([] { to_field<std::uint8_t>(256, "conv_1", "kernel height"); }),
            "layer 'conv_1': kernel height: got 256, must be 0 to 255");
  EXPECT_EQ(input_error_of([] { to_field<std::int8_t>(-129, "conv_1", "top padding"); }),
            "layer 'conv_1': top padding: got -129, must be -128 to 127");
  EXPECT_THROW(to_field<std::uint32_t>(-1, "a", "b"), base::InputError);
}

}  // namespace
}  // namespace npusim::compile
