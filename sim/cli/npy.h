// SPDX-License-Identifier: Apache-2.0
// NumPy's .npy files (format version 1.0) of int8 tensors in C order. The format:
// numpy.lib.format's documentation.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace npusim::cli {

struct NpyTensor {
  std::vector<std::int64_t> shape;
  std::vector<std::int8_t> values;
};

/// Throws base::InputError naming the file for anything but int8, C order, and exactly as many
/// values as the shape says.
NpyTensor read_npy(const std::filesystem::path& path);

/// The same of the bytes of a file; `file` begins the messages.
NpyTensor parse_npy(const std::string& bytes, const std::string& file);

/// Do the bytes begin as a .npy file does?
bool is_npy(const std::string& bytes);

/// The bytes of the file.
std::string npy_bytes(const NpyTensor& tensor);

}  // namespace npusim::cli
