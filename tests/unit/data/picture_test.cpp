// SPDX-License-Identifier: Apache-2.0
#include "frontend/data/picture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <png.h>
#include <turbojpeg.h>

#include <string>

#include "frontend/data/fractal.h"
#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "tests/support/support.h"
#include "tests/unit/data/picture_files.h"

namespace npusim::data {
namespace {

using test::Bytes;
using test::jpeg_file;
using test::png_file;
using test::PngForm;
using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::HasSubstr;

std::string error(const Bytes& file) {
  try {
    decode_picture(file, "p");
  } catch (const base::InputError& refusal) {
    return refusal.what();
  }
  return "no error";
}

PngForm form(int width, int height, int bit_depth, int colour_type) {
  PngForm form;
  form.width = width;
  form.height = height;
  form.bit_depth = bit_depth;
  form.colour_type = colour_type;
  return form;
}

TEST(PngTest, RgbIsReturnedAsItIs) {
  const Bytes pixels = {1, 2, 3, 250, 251, 252, 0, 128, 255, 4, 5, 6};
  for (const bool interlaced : {false, true}) {
    PngForm rgb = form(2, 2, 8, PNG_COLOR_TYPE_RGB);
    rgb.interlaced = interlaced;
    const Picture picture = decode_picture(png_file(rgb, pixels), "p");
    EXPECT_EQ(picture.width, 2);
    EXPECT_EQ(picture.height, 2);
    EXPECT_THAT(picture.rgb, ElementsAreArray(pixels));
  }
}

TEST(PngTest, InterlacedPicturesOfAnySizeAreWhole) {
  for (int width = 1; width < 12; ++width) {
    Bytes pixels;
    for (int i = 0; i < width * 9 * 3; ++i) pixels.push_back(static_cast<std::uint8_t>(i * 37));
    PngForm rgb = form(width, 9, 8, PNG_COLOR_TYPE_RGB);
    rgb.interlaced = true;
    EXPECT_EQ(decode_picture(png_file(rgb, pixels), "p").rgb, pixels) << width;
  }
}

TEST(PngTest, GreyOfEveryDepthBecomesRgb) {
  const auto grey = [](int width, int bit_depth, const Bytes& row) {
    return decode_picture(png_file(form(width, 1, bit_depth, PNG_COLOR_TYPE_GRAY), row), "p").rgb;
  };
  EXPECT_THAT(grey(2, 1, {0x40}), ElementsAre(0, 0, 0, 255, 255, 255));
  EXPECT_THAT(grey(2, 2, {0x60}), ElementsAre(85, 85, 85, 170, 170, 170));
  EXPECT_THAT(grey(2, 4, {0x1F}), ElementsAre(17, 17, 17, 255, 255, 255));
  EXPECT_THAT(grey(2, 8, {7, 200}), ElementsAre(7, 7, 7, 200, 200, 200));
}

TEST(PngTest, SixteenBitsAreScaledAndNotCut) {
  // round(v * 255 / 65535): 0x0080 = 128 is 0.498, 0x0081 = 129 is 0.502; 0xFF7F is 254.502.
  const Bytes row = {0x00, 0x80, 0x00, 0x81, 0xFF, 0x7F};
  EXPECT_THAT(decode_picture(png_file(form(1, 1, 16, PNG_COLOR_TYPE_RGB), row), "p").rgb,
              ElementsAre(0, 1, 255));
  for (int value = 0; value < 65536; value += 97) {
    const Bytes grey = {static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value)};
    EXPECT_EQ(decode_picture(png_file(form(1, 1, 16, PNG_COLOR_TYPE_GRAY), grey), "p").rgb[0],
              (value * 255 + 32767) / 65535)
        << value;
  }
}

TEST(PngTest, PalettesBecomeColours) {
  PngForm palette = form(3, 1, 2, PNG_COLOR_TYPE_PALETTE);
  palette.palette = {10, 20, 30, 40, 50, 60, 70, 80, 90};
  EXPECT_THAT(decode_picture(png_file(palette, {0x84}), "p").rgb,
              ElementsAre(70, 80, 90, 10, 20, 30, 40, 50, 60));
}

TEST(PngTest, OnlyOpaqueAlphaIsDropped) {
  const PngForm rgba = form(2, 1, 8, PNG_COLOR_TYPE_RGB_ALPHA);
  EXPECT_THAT(decode_picture(png_file(rgba, {1, 2, 3, 255, 4, 5, 6, 255}), "p").rgb,
              ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_EQ(error(png_file(rgba, {1, 2, 3, 255, 4, 5, 6, 254})),
            "p: pixel in column 1, row 0: got alpha 254 of 255, must be opaque: what lies behind "
            "the picture is not known");
  EXPECT_THAT(decode_picture(png_file(form(1, 1, 8, PNG_COLOR_TYPE_GRAY_ALPHA), {9, 255}), "p").rgb,
              ElementsAre(9, 9, 9));

  PngForm palette = form(2, 1, 8, PNG_COLOR_TYPE_PALETTE);
  palette.palette = {10, 20, 30, 40, 50, 60};
  palette.palette_alpha = {255, 0};
  EXPECT_THAT(decode_picture(png_file(palette, {0, 0}), "p").rgb,
              ElementsAre(10, 20, 30, 10, 20, 30));
  EXPECT_THAT(error(png_file(palette, {0, 1})), HasSubstr("column 1, row 0: got alpha 0 of 255"));

  PngForm clear = form(1, 1, 8, PNG_COLOR_TYPE_RGB);
  clear.clear_colour = {1, 2, 3};
  EXPECT_THAT(error(png_file(clear, {1, 2, 3})), HasSubstr("alpha 0 of 255"));
  EXPECT_THAT(decode_picture(png_file(clear, {1, 2, 4}), "p").rgb, ElementsAre(1, 2, 4));
}

TEST(PngTest, EveryTruncationAndEveryFlippedByteIsRefused) {
  const Bytes pixels = FractalSet(2, 16).image(0).rgb;
  const Bytes whole = png_file(form(16, 16, 8, PNG_COLOR_TYPE_RGB), pixels);
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_NE(error(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size))),
              "no error")
        << size;
  for (std::size_t i = 0; i < whole.size(); ++i) {
    Bytes damaged = whole;
    damaged[i] ^= 0x10U;
    EXPECT_NE(error(damaged), "no error") << i;
  }
}

TEST(JpegTest, FlatColoursSurvive) {
  const std::uint8_t colours[][3] = {{0, 0, 0}, {255, 255, 255}, {200, 30, 60}, {17, 180, 90}};
  for (const auto& colour : colours) {
    Bytes pixels;
    for (int i = 0; i < 17 * 11; ++i) pixels.insert(pixels.end(), colour, colour + 3);
    for (const int subsampling : {TJSAMP_444, TJSAMP_422, TJSAMP_420, TJSAMP_440, TJSAMP_411}) {
      for (const bool progressive : {false, true}) {
        const Picture picture =
            decode_picture(jpeg_file(pixels, 17, 11, TJPF_RGB, subsampling, progressive), "p");
        EXPECT_EQ(picture.width, 17);
        EXPECT_EQ(picture.height, 11);
        ASSERT_EQ(picture.rgb.size(), pixels.size());
        for (std::size_t i = 0; i < pixels.size(); ++i)
          ASSERT_NEAR(picture.rgb[i], pixels[i], 2) << i;
      }
    }
  }
}

TEST(JpegTest, GreyBecomesRgb) {
  const Bytes pixels(64, 77);
  const Picture picture = decode_picture(jpeg_file(pixels, 8, 8, TJPF_GRAY, TJSAMP_GRAY), "p");
  EXPECT_EQ(picture.rgb, Bytes(192, 77));
}

TEST(JpegTest, PicturesComeOutNearlyAsTheyWentIn) {
  const Bytes pixels = FractalSet(2, 64).image(1).rgb;
  const Picture picture = decode_picture(jpeg_file(pixels, 64, 64, TJPF_RGB, TJSAMP_444), "p");
  std::int64_t difference = 0;
  for (std::size_t i = 0; i < pixels.size(); ++i)
    difference += std::abs(int{picture.rgb[i]} - int{pixels[i]});
  EXPECT_LT(difference, static_cast<std::int64_t>(pixels.size()));  // below one level on average
}

TEST(JpegTest, CmykIsRefused) {
  EXPECT_EQ(error(jpeg_file(Bytes(256, 9), 8, 8, TJPF_CMYK, TJSAMP_444)),
            "p: colours: got CMYK, must be RGB or grey: what CMYK looks like depends on a colour "
            "profile");
}

TEST(JpegTest, EveryTruncationIsRefused) {
  const Bytes pixels = FractalSet(2, 16).image(0).rgb;
  for (const bool progressive : {false, true}) {
    const Bytes whole = jpeg_file(pixels, 16, 16, TJPF_RGB, TJSAMP_420, progressive);
    EXPECT_EQ(error(whole), "no error");
    // The two bytes of the end marker are the only ones that can be missing without a loss; then
    // the decoder says so all the same.
    for (std::size_t size = 0; size < whole.size(); ++size)
      EXPECT_NE(error(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size))),
                "no error")
          << size;
  }
}

TEST(JpegTest, AnyFlippedByteIsRefusedOrGivesAPictureOfAHeadersSize) {
  const Bytes whole = jpeg_file(FractalSet(2, 16).image(0).rgb, 16, 16, TJPF_RGB, TJSAMP_420);
  int refused = 0;
  for (std::size_t i = 0; i < whole.size(); ++i) {
    Bytes damaged = whole;
    damaged[i] ^= 0x41U;
    try {
      const Picture picture = decode_picture(damaged, "p");
      EXPECT_EQ(static_cast<std::int64_t>(picture.rgb.size()), picture.width * picture.height * 3);
    } catch (const base::InputError&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 100);
}

// Header fields of a small picture overwritten by huge ones: refused before anything is allocated.
TEST(LimitsTest, HugeDimensionsAreRefused) {
  Bytes jpeg = jpeg_file(Bytes(192, 1), 8, 8, TJPF_RGB, TJSAMP_444);
  for (std::size_t i = 0; i + 8 < jpeg.size(); ++i) {
    if (jpeg[i] != 0xFF || jpeg[i + 1] != 0xC0) continue;  // start of frame
    jpeg[i + 5] = jpeg[i + 7] = 0xFF;
    jpeg[i + 6] = jpeg[i + 8] = 0xDC;
    break;
  }
  EXPECT_EQ(error(jpeg),
            "p: size: got 65500 x 65500, must be at most 65500 pixels wide and high and 67108864 "
            "pixels in all");
  EXPECT_NO_THROW(check_picture_size(65500, 1024, "p"));
  EXPECT_THROW(check_picture_size(65501, 1, "p"), base::InputError);
  EXPECT_THROW(check_picture_size(1, 65501, "p"), base::InputError);
  EXPECT_THROW(check_picture_size(8193, 8192, "p"), base::InputError);
}

TEST(FormatTest, ContentDecidesAndNotTheName) {
  const npusim::test::TempFolder folder;
  const Bytes pixels = {1, 2, 3};
  base::write_file_whole(folder / "a.jpg", png_file(form(1, 1, 8, PNG_COLOR_TYPE_RGB), pixels));
  EXPECT_EQ(read_picture(folder / "a.jpg").rgb, pixels);
  EXPECT_THROW(read_picture(folder / "none.jpg"), base::InputError);
  EXPECT_EQ(error({}), "p: content: got an empty file, must be a JPEG or PNG picture");
  EXPECT_EQ(error({'G', 'I', 'F'}),
            "p: content: got a file that begins with 47 49 46, must be a JPEG or PNG picture");
  EXPECT_THAT(error({0xFF, 0xD8, 0xFF}), HasSubstr("got a JPEG that cannot be decoded ("));
  EXPECT_FALSE(is_picture({0xFF, 0xD8}));
}

}  // namespace
}  // namespace npusim::data
