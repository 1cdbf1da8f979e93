// SPDX-License-Identifier: Apache-2.0
// Narrowing into instruction fields, with an error that a user can act on.
#pragma once

#include <cstdint>
#include <string>
#include <type_traits>

#include "sim/base/errors.h"

namespace npusim::compile {

// `value` as an instruction field; InputError naming the layer and the quantity where the field
// cannot hold it.
template <typename Field>
Field to_field(std::int64_t value, const std::string& layer, const char* what) {
  constexpr std::int64_t half = std::int64_t{1} << (8 * sizeof(Field) - 1);
  constexpr std::int64_t low = std::is_signed_v<Field> ? -half : 0;
  constexpr std::int64_t high = std::is_signed_v<Field> ? half - 1 : 2 * half - 1;
  if (value < low || value > high) {
    throw base::InputError("layer '" + layer + "': " + what + ": got " + std::to_string(value) +
                           ", must be " + std::to_string(low) + " to " + std::to_string(high));
  }
  return static_cast<Field>(value);
}

}  // namespace npusim::compile
