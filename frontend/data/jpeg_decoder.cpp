// SPDX-License-Identifier: Apache-2.0
#include <turbojpeg.h>

#include <memory>
#include <type_traits>

#include "frontend/data/decoders.h"
#include "sim/base/errors.h"

namespace npusim::data {
namespace {

struct Closer {
  void operator()(void* decoder) const { tjDestroy(decoder); }
};
using Decoder = std::unique_ptr<std::remove_pointer_t<tjhandle>, Closer>;

[[noreturn]] void refuse(tjhandle decoder, const std::string& place) {
  throw base::InputError(
      base::refusal(place, "content",
                    std::string("a JPEG that cannot be decoded (") + tjGetErrorStr2(decoder) + ")",
                    "a whole picture"));
}

struct Header {
  int width = 0;
  int height = 0;
  int subsampling = -1;
  int colour_space = -1;
  // The library has no name for every legal subsampling, and fails then though it can decode it.
  bool is_readable() const { return width > 0 && height > 0 && colour_space >= 0; }
};

}  // namespace

bool is_jpeg(const std::vector<std::uint8_t>& bytes) {
  return bytes.size() >= 3 && bytes[0] == 0xFF && bytes[1] == 0xD8 && bytes[2] == 0xFF;
}

Picture decode_jpeg(const std::vector<std::uint8_t>& bytes, const std::string& place) {
  const Decoder decoder(tjInitDecompress());
  if (!decoder) throw base::InternalError(std::string("JPEG decoder: ") + tjGetErrorStr2(nullptr));
  const auto file_bytes = static_cast<unsigned long>(bytes.size());

  Header header;
  const int failed = tjDecompressHeader3(decoder.get(), bytes.data(), file_bytes, &header.width,
                                         &header.height, &header.subsampling, &header.colour_space);
  if (!header.is_readable() || (failed != 0 && header.subsampling >= 0))
    refuse(decoder.get(), place);
  check_picture_size(header.width, header.height, place);
  if (header.colour_space == TJCS_CMYK || header.colour_space == TJCS_YCCK) {
    throw base::InputError(base::refusal(
        place, "colours", "CMYK", "RGB or grey: what CMYK looks like depends on a colour profile"));
  }

  Picture picture;
  picture.width = header.width;
  picture.height = header.height;
  picture.rgb.resize(static_cast<std::size_t>(picture.width * picture.height * 3));
  // A warning is damage: what comes out then was made up where data are missing.
  if (tjDecompress2(decoder.get(), bytes.data(), file_bytes, picture.rgb.data(), header.width, 0,
                    header.height, TJPF_RGB,
                    TJFLAG_ACCURATEDCT | TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS) != 0) {
    refuse(decoder.get(), place);
  }
  return picture;
}

}  // namespace npusim::data
