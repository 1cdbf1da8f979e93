// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/data/picture_files.h"

#include <png.h>
#include <turbojpeg.h>

#include <stdexcept>

namespace npusim::data::test {
namespace {

void append(png_structp png, png_bytep data, std::size_t count) {
  auto& bytes = *static_cast<Bytes*>(png_get_io_ptr(png));
  bytes.insert(bytes.end(), data, data + count);
}

[[noreturn]] void fail(png_structp /*png*/, png_const_charp message) {
  throw std::logic_error(message);
}

void set_transparency(png_structp png, png_infop info, const PngForm& form) {
  if (!form.palette_alpha.empty()) {
    png_set_tRNS(png, info, form.palette_alpha.data(), static_cast<int>(form.palette_alpha.size()),
                 nullptr);
  }
  if (form.clear_colour.empty()) return;
  png_color_16 colour = {};
  colour.red = static_cast<png_uint_16>(form.clear_colour.at(0));
  colour.green = static_cast<png_uint_16>(form.clear_colour.at(1));
  colour.blue = static_cast<png_uint_16>(form.clear_colour.at(2));
  colour.gray = colour.red;
  png_set_tRNS(png, info, nullptr, 0, &colour);
}

}  // namespace

Bytes png_file(const PngForm& form, Bytes rows) {
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, fail, nullptr);
  png_infop info = png_create_info_struct(png);
  Bytes file;
  png_set_write_fn(png, &file, append, nullptr);
  png_set_IHDR(png, info, static_cast<png_uint_32>(form.width),
               static_cast<png_uint_32>(form.height), form.bit_depth, form.colour_type,
               form.interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  std::vector<png_color> palette;
  for (std::size_t i = 0; i + 2 < form.palette.size(); i += 3)
    palette.push_back({form.palette[i], form.palette[i + 1], form.palette[i + 2]});
  if (!palette.empty()) png_set_PLTE(png, info, palette.data(), static_cast<int>(palette.size()));
  set_transparency(png, info, form);
  std::vector<png_bytep> pointers;
  const std::size_t row_bytes = rows.size() / static_cast<std::size_t>(form.height);
  pointers.reserve(static_cast<std::size_t>(form.height));
  for (int y = 0; y < form.height; ++y)
    pointers.push_back(rows.data() + static_cast<std::size_t>(y) * row_bytes);
  png_write_info(png, info);
  png_write_image(png, pointers.data());
  png_write_end(png, info);
  png_destroy_write_struct(&png, &info);
  return file;
}

Bytes jpeg_file(const Bytes& pixels, int width, int height, int pixel_format, int subsampling,
                bool progressive) {
  tjhandle encoder = tjInitCompress();
  unsigned char* data = nullptr;
  unsigned long count = 0;
  const int failed = tjCompress2(encoder, pixels.data(), width, 0, height, pixel_format, &data,
                                 &count, subsampling, 100, progressive ? TJFLAG_PROGRESSIVE : 0);
  Bytes file(data, data + count);
  tjFree(data);
  tjDestroy(encoder);
  if (failed != 0) throw std::logic_error("the JPEG encoder refuses");
  return file;
}

}  // namespace npusim::data::test
