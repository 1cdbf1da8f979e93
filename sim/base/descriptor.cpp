// SPDX-License-Identifier: Apache-2.0
#include "sim/base/descriptor.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "sim/base/errors.h"

namespace npusim::base {

void throw_cannot(const char* action, const std::filesystem::path& path, int error) {
  throw InputError(path.string() + ": cannot " + action + ": " +
                   std::generic_category().message(error));
}

bool Descriptor::close() {
  const int number = std::exchange(number_, -1);
  return number < 0 || ::close(number) == 0;
}

bool write_all(int descriptor, const void* data, std::size_t bytes) {
  const char* next = static_cast<const char*>(data);
  while (bytes > 0) {
    const ssize_t written = ::write(descriptor, next, bytes);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    next += written;
    bytes -= static_cast<std::size_t>(written);
  }
  return true;
}

bool sync_folder(const std::filesystem::path& folder) {
  const Descriptor file(
      ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return file.number() < 0 || ::fsync(file.number()) == 0 || errno != EIO;
}

mode_t permitted_mode(mode_t wanted) {
  const mode_t mask = ::umask(0);
  ::umask(mask);
  return wanted & ~mask;
}

}  // namespace npusim::base
