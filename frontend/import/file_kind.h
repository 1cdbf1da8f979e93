// SPDX-License-Identifier: Apache-2.0
// What a file is that is not an ONNX model, so that the refusal can say more than "damaged".
#pragma once

#include <string>
#include <string_view>

namespace npusim::import {

/// How many bytes from the beginning of a file foreign_format wants to see.
inline constexpr std::size_t kFormatHeadBytes = 512;

struct ForeignFormat {
  std::string is;       // "a gzip file"
  std::string must_be;  // "an ONNX model: unpack it first"
};

/// Null where the beginning of the file is of no format known here.
const ForeignFormat* foreign_format(std::string_view head);

}  // namespace npusim::import
