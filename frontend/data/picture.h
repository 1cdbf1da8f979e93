// SPDX-License-Identifier: Apache-2.0
// JPEG and PNG files as pixels. One decoder each, so that the same file gives the same pixels
// everywhere: libjpeg-turbo with its accurate inverse DCT and its default ("fancy") chroma
// upsampling, and libpng. The file's content tells the format, not its name.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace npusim::data {

/// 8-bit RGB pixels.
struct Picture {
  std::int64_t width = 0;         ///< Pixels.
  std::int64_t height = 0;        ///< Pixels.
  std::vector<std::uint8_t> rgb;  ///< Height, width, channel (R, G, B): width * height * 3 bytes.
};

/// Limits of what is decoded, checked before anything of that size is allocated.
inline constexpr std::int64_t kMaxPictureSide = 65500;  // libjpeg-turbo takes no more
inline constexpr std::int64_t kMaxPicturePixels = std::int64_t{1} << 26;
inline constexpr std::uint64_t kMaxPictureFileBytes = std::uint64_t{1} << 28;

/// Do the bytes begin as a JPEG or PNG file does?
bool is_picture(const std::vector<std::uint8_t>& bytes);

/// The pixels of a JPEG or PNG file, as they are stored: no gamma, colour profile or EXIF
/// orientation is applied. Grey becomes R = G = B, palettes become colours, 16-bit samples are
/// scaled to 8 bits (PNG: round(v * 255 / 65535)), and an alpha channel is dropped if every pixel
/// is opaque.
///
/// Throws base::InputError, beginning with `place`, for anything else: another format, CMYK,
/// transparent pixels, more than the limits above, and every damage that the libraries tell,
/// warnings of the JPEG decoder and wrong checksums of any PNG chunk included.
Picture decode_picture(const std::vector<std::uint8_t>& bytes, const std::string& place);

/// decode_picture() of a file; throws base::InputError naming it.
Picture read_picture(const std::filesystem::path& file);

/// Refuses a side or an area over the limits. `place`: as above.
void check_picture_size(std::int64_t width, std::int64_t height, const std::string& place);

/// "640 x 480": width and height.
std::string size_text(std::int64_t width, std::int64_t height);

}  // namespace npusim::data
