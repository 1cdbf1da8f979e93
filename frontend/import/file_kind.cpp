// SPDX-License-Identifier: Apache-2.0
#include "frontend/import/file_kind.h"

#include <vector>

namespace npusim::import {
namespace {

using namespace std::string_view_literals;

struct Signature {
  std::size_t offset;
  std::string_view bytes;
  ForeignFormat format;
};

const std::vector<Signature>& signatures() {
  constexpr const char* kExport = "an ONNX model: export one from the framework";
  constexpr const char* kUnpack = "an ONNX model: unpack it first";
  constexpr const char* kModel = "an ONNX model";
  static const std::vector<Signature> all = {
      {4,
       "TFL3"sv,
       {"a TensorFlow Lite model", "an ONNX model: export one, for example with tf2onnx"}},
      {4,
       "ORTM"sv,
       {"a model in ONNX Runtime's own format (.ort)", "the .onnx file it was made from"}},
      {0,
       "PK\x03\x04"sv,
       {"a zip archive, as PyTorch (.pt) and Keras (.keras) write",
        "an ONNX model: export one, for example with torch.onnx.export, or unpack the archive"}},
      {0,
       "\x80\x02"sv,
       {"a Python pickle, as old PyTorch (.pt, .pth) writes",
        "an ONNX model: export one with torch.onnx.export"}},
      {0, "\x89HDF"sv, {"an HDF5 file, as Keras (.h5) writes", kExport}},
      {0, "version https://git-lfs"sv, {"a Git LFS pointer", "the model itself: run git lfs pull"}},
      {0, "\x1f\x8b"sv, {"a gzip file", kUnpack}},
      {0, "BZh"sv, {"a bzip2 file", kUnpack}},
      {0,
       "\xfd"
       "7zXZ"sv,
       {"an xz file", kUnpack}},
      {0, "\x28\xb5\x2f\xfd"sv, {"a zstd file", kUnpack}},
      {0, "7z\xbc\xaf"sv, {"a 7z archive", kUnpack}},
      {257, "ustar"sv, {"a tar archive", kUnpack}},
      {0, "\xff\xd8\xff"sv, {"a JPEG picture", kModel}},
      {0, "\x89PNG"sv, {"a PNG picture", kModel}},
      {0, "\x93NUMPY"sv, {"a NumPy array", kModel}},
      {0,
       "\x7f"
       "ELF"sv,
       {"a program", kModel}},
      {0, "%PDF"sv, {"a PDF document", kModel}},
      {0, "NPUSIM"sv, {"a Program of npusim", kModel}},
      {0, "<!DOCTYPE"sv, {"a web page", "an ONNX model: was the download refused?"}},
      {0, "<html"sv, {"a web page", "an ONNX model: was the download refused?"}},
  };
  return all;
}

}  // namespace

const ForeignFormat* foreign_format(std::string_view head) {
  for (const Signature& signature : signatures()) {
    if (head.size() < signature.offset) continue;
    if (head.substr(signature.offset, signature.bytes.size()) == signature.bytes) {
      return &signature.format;
    }
  }
  return nullptr;
}

}  // namespace npusim::import
