// SPDX-License-Identifier: Apache-2.0
// Comma-separated values as RFC 4180 has them, lines ending in \n.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace npusim::base {

/// Adds one line; fields with commas, quotes or line breaks are quoted.
void append_csv_line(const std::vector<std::string>& fields, std::string& text);

/// The lines of a text, from where `position` stands; false at the end. A quote that is never
/// closed ends with the text.
bool read_csv_line(std::string_view text, std::size_t& position, std::vector<std::string>& fields);

}  // namespace npusim::base
