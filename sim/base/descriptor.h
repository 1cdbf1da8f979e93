// SPDX-License-Identifier: Apache-2.0
// What the readers and writers of this folder share: an open file, and failures that name a path.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <filesystem>

namespace npusim::base {

/// Throws InputError: "PATH: cannot ACTION: No space left on device". `error` is an errno.
[[noreturn]] void throw_cannot(const char* action, const std::filesystem::path& path, int error);

/// Closes at the end of its life; close() before that tells whether it succeeded.
class Descriptor {
 public:
  /// -1: none.
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() { close(); }
  Descriptor(Descriptor&& other) noexcept : number_(other.number_) { other.number_ = -1; }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  Descriptor& operator=(Descriptor&&) = delete;

  int number() const { return number_; }
  /// False with errno where the system refuses; true where there is none.
  bool close();

 private:
  int number_;
};

/// All of the bytes. False with errno.
bool write_all(int descriptor, const void* data, std::size_t bytes);

/// What the folder lists is on the disk then. File systems that cannot do that are passed over;
/// false with errno where the disk fails.
bool sync_folder(const std::filesystem::path& folder);

/// What the umask leaves of a mode.
mode_t permitted_mode(mode_t wanted);

}  // namespace npusim::base
