// SPDX-License-Identifier: Apache-2.0
// Tensors whose values lie in files beside the model (data_location EXTERNAL).
#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <filesystem>
#include <string>

#include "frontend/import/byte_hasher.h"

namespace npusim::import {

/// The most bytes of external data that one model may read.
inline constexpr std::int64_t kMaxExternalBytes = std::int64_t{4} << 30;

/// Puts the values of all external initializers into the model itself, and adds them to the hash.
/// Read is exactly what the dimensions ask for, from `offset` (0 where absent) of the file
/// `location`, relative to `folder`; a checksum is not looked at. Throws base::InputError with all
/// refusals, `FILE: tensor 'NAME': KEY: ...`: locations that are absolute, contain .. or lead out
/// of the folder by a link, files that are not regular or too short, lengths that do not fit the
/// dimensions, more than kMaxExternalBytes in all.
void load_external_data(onnx::ModelProto& model, const std::filesystem::path& folder,
                        const std::string& file, ByteHasher& hasher);

}  // namespace npusim::import
