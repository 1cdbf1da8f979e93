// SPDX-License-Identifier: Apache-2.0
// From a file, or from bytes, to an ONNX protobuf message; what stands in it is looked at
// elsewhere.
#pragma once

#include <onnx/onnx_pb.h>

#include <filesystem>
#include <string>
#include <string_view>

#include "frontend/import/byte_hasher.h"

namespace npusim::import {

/// Parses a regular file piece by piece (its bytes are never in memory beside the message), or a
/// pipe, and adds its bytes to the hash. Throws base::InputError beginning with the path: what
/// cannot be read, no or more than kMaxModelBytes bytes, what is no ONNX model (and what it is).
onnx::ModelProto parse_model(const std::filesystem::path& path, ByteHasher& hasher);

/// The same of bytes; `file` is the name for messages.
onnx::ModelProto parse_model(std::string_view bytes, const std::string& file, ByteHasher& hasher);

}  // namespace npusim::import
