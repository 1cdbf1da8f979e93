// SPDX-License-Identifier: Apache-2.0
// What a terminal takes for colours.
#pragma once

namespace npusim::report {

inline constexpr char kBold[] = "\x1b[1m";
inline constexpr char kGreen[] = "\x1b[32m";
inline constexpr char kRed[] = "\x1b[31m";
inline constexpr char kPlain[] = "\x1b[0m";

}  // namespace npusim::report
