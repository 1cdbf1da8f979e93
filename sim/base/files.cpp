// SPDX-License-Identifier: Apache-2.0
#include "sim/base/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "sim/base/errors.h"

namespace npusim::base {
namespace {

[[noreturn]] void throw_cannot(const char* action, const std::filesystem::path& path, int error) {
  throw InputError(path.string() + ": cannot " + action + ": " +
                   std::generic_category().message(error));
}

/// Closes at the end of its life; close() before that tells whether it succeeded.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int number() const { return number_; }
  bool close() {
    const int number = number_;
    number_ = -1;
    return ::close(number) == 0;
  }

 private:
  int number_;
};

/// Removes the file at the end of its life unless it was kept.
class Unfinished {
 public:
  explicit Unfinished(const std::string& path) : path_(path) {}
  ~Unfinished() {
    if (!kept_) ::unlink(path_.c_str());
  }
  Unfinished(const Unfinished&) = delete;
  Unfinished& operator=(const Unfinished&) = delete;
  void keep() { kept_ = true; }

 private:
  const std::string& path_;
  bool kept_ = false;
};

template <typename Container>
Container read_all(const std::filesystem::path& path, std::uint64_t max_bytes) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status = {};
  if (file.number() < 0 || ::fstat(file.number(), &status) != 0) throw_cannot("read", path, errno);
  if (S_ISDIR(status.st_mode)) throw_cannot("read", path, EISDIR);

  constexpr std::uint64_t kStepBytes = 1 << 16;
  const std::uint64_t expected_bytes =
      S_ISREG(status.st_mode) ? static_cast<std::uint64_t>(status.st_size) : kStepBytes;
  Container data;
  std::uint64_t filled_bytes = 0;
  data.resize(std::min(expected_bytes, max_bytes) + 1);  // one more, to meet the end of the file
  while (true) {
    const ssize_t got = ::read(file.number(), data.data() + filled_bytes,
                               static_cast<std::size_t>(data.size() - filled_bytes));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_cannot("read", path, errno);
    if (got == 0) break;
    filled_bytes += static_cast<std::uint64_t>(got);
    if (filled_bytes > max_bytes) {
      throw InputError(refusal(path.string(), "size", "more",
                               "at most " + std::to_string(max_bytes) + " bytes"));
    }
    if (filled_bytes == data.size()) data.resize(data.size() + std::max(kStepBytes, filled_bytes));
  }
  data.resize(filled_bytes);
  return data;
}

void write_all(const Descriptor& file, const std::filesystem::path& path, const void* data,
               std::size_t bytes) {
  const char* next = static_cast<const char*>(data);
  while (bytes > 0) {
    const ssize_t written = ::write(file.number(), next, bytes);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw_cannot("write", path, errno);
    next += written;
    bytes -= static_cast<std::size_t>(written);
  }
}

void write_directly(const std::filesystem::path& path, const void* data, std::size_t bytes) {
  Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (file.number() < 0) throw_cannot("write", path, errno);
  write_all(file, path, data, bytes);
  if (!file.close()) throw_cannot("write", path, errno);
}

mode_t default_mode() {
  const mode_t mask = ::umask(0);
  ::umask(mask);
  return 0666 & ~mask;
}

}  // namespace

std::vector<std::uint8_t> read_file_bytes(const std::filesystem::path& path,
                                          std::uint64_t max_bytes) {
  return read_all<std::vector<std::uint8_t>>(path, max_bytes);
}

std::string read_file_text(const std::filesystem::path& path, std::uint64_t max_bytes) {
  return read_all<std::string>(path, max_bytes);
}

void write_file_whole(const std::filesystem::path& path, const void* data, std::size_t bytes) {
  // A link is followed, so that the file it leads to is replaced and not the link.
  std::error_code unresolved;
  std::filesystem::path target = std::filesystem::weakly_canonical(path, unresolved);
  if (unresolved) target = path;

  struct stat status = {};
  const bool exists = ::stat(target.c_str(), &status) == 0;
  if (exists && S_ISDIR(status.st_mode)) throw_cannot("write", path, EISDIR);
  if (exists && !S_ISREG(status.st_mode)) return write_directly(path, data, bytes);

  std::string temporary = target.string() + ".XXXXXX";
  Descriptor file(::mkostemp(temporary.data(), O_CLOEXEC));
  if (file.number() < 0) throw_cannot("write", path, errno);
  Unfinished unfinished(temporary);
  write_all(file, path, data, bytes);
  const mode_t mode = exists ? status.st_mode & 07777 : default_mode();
  if (::fchmod(file.number(), mode) != 0 || ::fsync(file.number()) != 0 || !file.close() ||
      ::rename(temporary.c_str(), target.c_str()) != 0) {
    throw_cannot("write", path, errno);
  }
  unfinished.keep();
}

void write_file_whole(const std::filesystem::path& path, std::string_view text) {
  write_file_whole(path, text.data(), text.size());
}

void write_file_whole(const std::filesystem::path& path, const std::vector<std::uint8_t>& bytes) {
  write_file_whole(path, bytes.data(), bytes.size());
}

}  // namespace npusim::base
