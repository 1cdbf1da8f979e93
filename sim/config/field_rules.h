// SPDX-License-Identifier: Apache-2.0
// How the lists of hardware fields write their ranges.
#pragma once

#include <cstdint>

#include "sim/config/yaml_reader.h"

namespace npusim::config::rules {

using Form = IntegerRule::Form;
inline constexpr std::int64_t kMiB = std::int64_t{1} << 20;
inline constexpr std::int64_t kGiB = std::int64_t{1} << 30;

inline IntegerRule range(std::int64_t least, std::int64_t greatest) { return {least, greatest}; }
/// Of sizes in bytes.
inline IntegerRule bytes(std::int64_t least, std::int64_t greatest, Form form = Form::any,
                         std::int64_t step = 1) {
  return {least, greatest, form, step, /*is_size_bytes=*/true};
}

}  // namespace npusim::config::rules
