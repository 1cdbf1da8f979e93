// SPDX-License-Identifier: Apache-2.0
#include <png.h>

#include <algorithm>
#include <csetjmp>
#include <cstring>

#include "frontend/data/decoders.h"
#include "sim/base/errors.h"

namespace npusim::data {
namespace {

constexpr std::size_t kSignatureBytes = 8;
constexpr png_uint_32 kMaxPngSide = 0x7FFFFFFF;  // the format's own limit; ours comes after

/// One file being read. libpng leaves a failed call by longjmp, which runs no destructors: it jumps
/// to one of the two functions that call setjmp, and these have no objects of their own.
class PngDecoder {
 public:
  PngDecoder(const std::vector<std::uint8_t>& bytes, const std::string& place)
      : bytes_(bytes),
        place_(place),
        png_(png_create_read_struct(PNG_LIBPNG_VER_STRING, this, on_error, on_warning)),
        info_(png_create_info_struct(png_)) {
    if (info_ == nullptr) throw base::InternalError("PNG decoder: cannot be made");
  }
  ~PngDecoder() { png_destroy_read_struct(&png_, &info_, nullptr); }
  PngDecoder(const PngDecoder&) = delete;
  PngDecoder& operator=(const PngDecoder&) = delete;

  Picture decode() {
    if (!read_header()) refuse();
    Picture picture;
    picture.width = png_get_image_width(png_, info_);
    picture.height = png_get_image_height(png_, info_);
    check_picture_size(picture.width, picture.height, place_);
    if (!start_pixels()) refuse();
    const std::size_t row_bytes = png_get_rowbytes(png_, info_);
    picture.rgb.resize(row_bytes * static_cast<std::size_t>(picture.height));
    for (std::int64_t y = 0; y < picture.height; ++y)
      rows_.push_back(picture.rgb.data() + static_cast<std::size_t>(y) * row_bytes);
    if (!read_pixels()) refuse();
    if (row_bytes == static_cast<std::size_t>(picture.width) * 4) drop_alpha(picture);
    return picture;
  }

 private:
  bool read_header() {
    if (setjmp(png_jmpbuf(png_)) != 0) return false;  // NOLINT(cert-err52-cpp)
    png_set_read_fn(png_, this, on_read);
    png_set_user_limits(png_, kMaxPngSide, kMaxPngSide);
    png_set_crc_action(png_, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
    png_read_info(png_, info_);
    return true;
  }

  bool start_pixels() {
    if (setjmp(png_jmpbuf(png_)) != 0) return false;  // NOLINT(cert-err52-cpp)
    png_set_scale_16(png_);
    png_set_expand(png_);  // palettes, fewer than 8 bits, a transparent colour
    png_set_gray_to_rgb(png_);
    png_set_interlace_handling(png_);
    png_read_update_info(png_, info_);
    return true;
  }

  bool read_pixels() {
    if (setjmp(png_jmpbuf(png_)) != 0) return false;  // NOLINT(cert-err52-cpp)
    png_read_image(png_, rows_.data());
    png_read_end(png_, nullptr);
    return true;
  }

  [[noreturn]] void refuse() const {
    throw base::InputError(base::refusal(
        place_, "content", std::string("a PNG that cannot be decoded (") + message_ + ")",
        "a whole picture"));
  }

  void drop_alpha(Picture& picture) const {
    const std::int64_t pixels = picture.width * picture.height;
    std::uint8_t* to = picture.rgb.data();
    const std::uint8_t* from = picture.rgb.data();
    for (std::int64_t i = 0; i < pixels; ++i, to += 3, from += 4) {
      if (from[3] != 255) {
        throw base::InputError(base::refusal(place_,
                                             "pixel in column " +
                                                 std::to_string(i % picture.width) + ", row " +
                                                 std::to_string(i / picture.width),
                                             "alpha " + std::to_string(from[3]) + " of 255",
                                             "opaque: what lies behind the picture is not known"));
      }
      std::copy(from, from + 3, to);
    }
    picture.rgb.resize(static_cast<std::size_t>(pixels) * 3);
  }

  static void on_read(png_structp png, png_bytep out, std::size_t count) {
    auto& self = *static_cast<PngDecoder*>(png_get_io_ptr(png));
    if (count > self.bytes_.size() - self.position_) png_error(png, "premature end of the file");
    std::memcpy(out, self.bytes_.data() + self.position_, count);
    self.position_ += count;
  }

  static void on_error(png_structp png, png_const_charp message) {
    auto& self = *static_cast<PngDecoder*>(png_get_error_ptr(png));
    std::strncpy(self.message_, message, sizeof self.message_ - 1);
    png_longjmp(png, 1);
  }

  // Of colour profiles, text and the like, which are not used.
  static void on_warning(png_structp /*png*/, png_const_charp /*message*/) {}

  const std::vector<std::uint8_t>& bytes_;
  const std::string& place_;
  std::size_t position_ = 0;
  char message_[128] = "";
  std::vector<png_bytep> rows_;
  png_structp png_;
  png_infop info_;
};

}  // namespace

bool is_png(const std::vector<std::uint8_t>& bytes) {
  return bytes.size() >= kSignatureBytes && png_sig_cmp(bytes.data(), 0, kSignatureBytes) == 0;
}

Picture decode_png(const std::vector<std::uint8_t>& bytes, const std::string& place) {
  return PngDecoder(bytes, place).decode();
}

}  // namespace npusim::data
