// SPDX-License-Identifier: Apache-2.0
// JPEG and PNG files made on the spot.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace npusim::data::test {

using Bytes = std::vector<std::uint8_t>;

struct PngForm {
  int width = 1;
  int height = 1;
  int bit_depth = 8;
  int colour_type = 2;  // PNG_COLOR_TYPE_RGB
  bool interlaced = false;
  Bytes palette = {};             // R, G, B each
  Bytes palette_alpha = {};       // of the first entries
  std::vector<int> clear_colour;  // R, G, B (or grey three times): the transparent colour
};

/// `rows`: as PNG stores them, without filter bytes.
Bytes png_file(const PngForm& form, Bytes rows);

/// `pixels`: of `pixel_format` (TJPF_*); `subsampling`: TJSAMP_*; quality 100.
Bytes jpeg_file(const Bytes& pixels, int width, int height, int pixel_format, int subsampling,
                bool progressive = false);

}  // namespace npusim::data::test
