// SPDX-License-Identifier: Apache-2.0
// What std::string_view has from C++20 on.
#pragma once

#include <string_view>

namespace npusim::base {

constexpr bool starts_with(std::string_view text, std::string_view begin) {
  return text.substr(0, begin.size()) == begin;
}
constexpr bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

}  // namespace npusim::base
