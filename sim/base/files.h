// SPDX-License-Identifier: Apache-2.0
// Whole files read and written. Every failure is an InputError that names the path and the reason.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace npusim::base {

/// The most bytes that a reader takes unless told: no input of this project is nearly as large.
inline constexpr std::uint64_t kMaxFileBytes = std::uint64_t{4} << 30;

/// The bytes of a regular file or a pipe. Refused: folders, devices, what cannot be read, more than
/// max_bytes, a pipe that no program opens for writing within two seconds.
std::vector<std::uint8_t> read_file_bytes(const std::filesystem::path& path,
                                          std::uint64_t max_bytes = kMaxFileBytes);

/// The bytes of a file that was opened once: in place, where the system can map it, and else read.
/// They stay as long as a copy of this does.
///
/// What holds when another program changes the file meanwhile: a file that is replaced (renamed
/// over, as write_file_whole does, or removed) stays as it was here. One that is written in place
/// may show the new bytes, and one that is cut off raises SIGBUS where bytes are missing, which the
/// npusim program answers with an error message and exit code 2.
struct FileBytes {
  std::shared_ptr<const std::uint8_t> data;
  std::size_t size = 0;
};

/// As read_file_bytes, without a copy of a regular file.
FileBytes map_file(const std::filesystem::path& path, std::uint64_t max_bytes = kMaxFileBytes);

/// The same as text; the bytes are not interpreted.
std::string read_file_text(const std::filesystem::path& path,
                           std::uint64_t max_bytes = kMaxFileBytes);

/// A file that is written piece by piece, and is there whole or not at all: a temporary file in the
/// same folder (base::Unfinished), which commit() renames. Without commit() the temporary file is
/// gone and an existing file is as it was. A device or pipe is written directly, as
/// write_file_whole does.
class WholeFile {
 public:
  explicit WholeFile(const std::filesystem::path& path);
  ~WholeFile();
  WholeFile(const WholeFile&) = delete;
  WholeFile& operator=(const WholeFile&) = delete;

  void write(const void* data, std::size_t bytes);
  /// Once, and nothing is written after it. The file is on the disk then, under its name.
  void commit();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Writes the file whole or not at all: a temporary file in the same folder, fsync, rename,
/// fsync of the folder. An existing file keeps its permissions; a device or pipe (`/dev/stdout`) is
/// written directly, a pipe that no program opens for reading within two seconds refused. On
/// failure the temporary file is gone and an existing file is as it was.
void write_file_whole(const std::filesystem::path& path, const void* data, std::size_t bytes);
void write_file_whole(const std::filesystem::path& path, std::string_view text);
void write_file_whole(const std::filesystem::path& path, const std::vector<std::uint8_t>& bytes);

}  // namespace npusim::base
