// SPDX-License-Identifier: Apache-2.0
#include "frontend/data/picture.h"

#include <algorithm>

#include "frontend/data/decoders.h"
#include "sim/base/errors.h"
#include "sim/base/files.h"

namespace npusim::data {
namespace {

/// The first bytes as hexadecimal numbers.
std::string beginning(const std::vector<std::uint8_t>& bytes) {
  if (bytes.empty()) return "an empty file";
  constexpr std::size_t kShownBytes = 8;
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text = "a file that begins with";
  for (std::size_t i = 0; i < std::min(bytes.size(), kShownBytes); ++i) {
    text += ' ';
    text += kDigits[bytes[i] >> 4U];
    text += kDigits[bytes[i] & 15U];
  }
  return text;
}

}  // namespace

bool is_picture(const std::vector<std::uint8_t>& bytes) { return is_jpeg(bytes) || is_png(bytes); }

Picture decode_picture(const std::vector<std::uint8_t>& bytes, const std::string& place) {
  if (is_jpeg(bytes)) return decode_jpeg(bytes, place);
  if (is_png(bytes)) return decode_png(bytes, place);
  throw base::InputError(
      base::refusal(place, "content", beginning(bytes), "a JPEG or PNG picture"));
}

Picture read_picture(const std::filesystem::path& file) {
  return decode_picture(base::read_file_bytes(file, kMaxPictureFileBytes), file.string());
}

void check_picture_size(std::int64_t width, std::int64_t height, const std::string& place) {
  if (width <= kMaxPictureSide && height <= kMaxPictureSide && width * height <= kMaxPicturePixels)
    return;
  throw base::InputError(base::refusal(place, "size", size_text(width, height),
                                       "at most " + std::to_string(kMaxPictureSide) +
                                           " pixels wide and high and " +
                                           std::to_string(kMaxPicturePixels) + " pixels in all"));
}

std::string size_text(std::int64_t width, std::int64_t height) {
  return std::to_string(width) + " x " + std::to_string(height);
}

}  // namespace npusim::data
