// SPDX-License-Identifier: Apache-2.0
// The two decoders behind picture.h; each takes the bytes of a whole file.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "frontend/data/picture.h"

namespace npusim::data {

bool is_jpeg(const std::vector<std::uint8_t>& bytes);
bool is_png(const std::vector<std::uint8_t>& bytes);

Picture decode_jpeg(const std::vector<std::uint8_t>& bytes, const std::string& place);
Picture decode_png(const std::vector<std::uint8_t>& bytes, const std::string& place);

}  // namespace npusim::data
