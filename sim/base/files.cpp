// SPDX-License-Identifier: Apache-2.0
#include "sim/base/files.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <boost/interprocess/mapped_region.hpp>
#include <cerrno>
#include <chrono>
#include <optional>
#include <thread>

#include "sim/base/descriptor.h"
#include "sim/base/errors.h"
#include "sim/base/unfinished.h"

namespace npusim::base {
namespace {

constexpr int kPipeWaitMilliseconds = 2000;  // for the program at the other end of a pipe

[[noreturn]] void throw_too_large(const std::filesystem::path& path, std::uint64_t max_bytes) {
  throw InputError(
      refusal(path.string(), "size", "more", "at most " + std::to_string(max_bytes) + " bytes"));
}

/// What Boost.Interprocess asks of something that it maps.
struct Mappable {
  int number;
  boost::interprocess::mapping_handle_t get_mapping_handle() const { return {number, false}; }
  static boost::interprocess::mode_t get_mode() { return boost::interprocess::read_only; }
};

void make_blocking(const Descriptor& file) {
  const int flags = ::fcntl(file.number(), F_GETFL);
  if (flags >= 0) ::fcntl(file.number(), F_SETFL, flags & ~O_NONBLOCK);
}

/// False where no program wrote to the pipe in time: nobody may have it open.
bool is_written_to(const Descriptor& pipe) {
  pollfd events = {pipe.number(), POLLIN, 0};
  return ::poll(&events, 1, kPipeWaitMilliseconds) > 0;
}

/// Opened without blocking, because a pipe without a writer would be waited for without end.
Descriptor open_for_reading(const std::filesystem::path& path, std::uint64_t max_bytes,
                            struct stat& status) {
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.number() < 0 || ::fstat(file.number(), &status) != 0) throw_cannot("read", path, errno);
  if (S_ISDIR(status.st_mode)) throw_cannot("read", path, EISDIR);
  if (S_ISCHR(status.st_mode) || S_ISBLK(status.st_mode))
    throw InputError(refusal(path.string(), "file", "a device", "a file or a pipe"));
  if (S_ISREG(status.st_mode) && static_cast<std::uint64_t>(status.st_size) > max_bytes)
    throw_too_large(path, max_bytes);
  return file;
}

template <typename Container>
Container read_all(const Descriptor& file, const struct stat& status,
                   const std::filesystem::path& path, std::uint64_t max_bytes) {
  const bool has_writer = !S_ISFIFO(status.st_mode) || is_written_to(file);

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
    if (got < 0 && errno == EAGAIN) {  // a slow writer, but there is one
      make_blocking(file);
      continue;
    }
    if (got < 0) throw_cannot("read", path, errno);
    if (got == 0 && !has_writer && filled_bytes == 0) {
      throw InputError(refusal(path.string(), "file", "a pipe that no program writes to",
                               "a file, or a pipe with a writer"));
    }
    if (got == 0) break;
    filled_bytes += static_cast<std::uint64_t>(got);
    if (filled_bytes > max_bytes) throw_too_large(path, max_bytes);
    if (filled_bytes == data.size()) data.resize(data.size() + std::max(kStepBytes, filled_bytes));
  }
  data.resize(filled_bytes);
  return data;
}

template <typename Container>
Container read_all(const std::filesystem::path& path, std::uint64_t max_bytes) {
  struct stat status = {};
  const Descriptor file = open_for_reading(path, max_bytes, status);
  return read_all<Container>(file, status, path, max_bytes);
}

/// All pages at once: whoever maps a file here reads all of it.
boost::interprocess::mapped_region map_all(const Descriptor& file, std::size_t bytes) {
  return {Mappable{file.number()}, boost::interprocess::read_only, 0, bytes, nullptr, MAP_POPULATE};
}

/// A pipe that nobody reads is refused after a while instead of waited for without end.
Descriptor open_for_writing(const std::filesystem::path& path) {
  constexpr int kStepMilliseconds = 20;
  int number = -1;
  for (int waited = 0; waited < kPipeWaitMilliseconds; waited += kStepMilliseconds) {
    number = ::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NONBLOCK);
    if (number >= 0 || errno != ENXIO) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(kStepMilliseconds));
  }
  if (number < 0 && errno == ENXIO)
    throw InputError(path.string() + ": cannot write: no program reads the pipe");
  if (number < 0) throw_cannot("write", path, errno);
  Descriptor file(number);
  make_blocking(file);
  return file;
}

}  // namespace

std::vector<std::uint8_t> read_file_bytes(const std::filesystem::path& path,
                                          std::uint64_t max_bytes) {
  return read_all<std::vector<std::uint8_t>>(path, max_bytes);
}

FileBytes map_file(const std::filesystem::path& path, std::uint64_t max_bytes) {
  struct stat status = {};
  const Descriptor file = open_for_reading(path, max_bytes, status);
  const auto bytes = static_cast<std::size_t>(status.st_size);
  if (S_ISREG(status.st_mode) && bytes > 0) {
    try {
      const auto region =
          std::make_shared<const boost::interprocess::mapped_region>(map_all(file, bytes));
      return {{region, static_cast<const std::uint8_t*>(region->get_address())}, bytes};
    } catch (const boost::interprocess::interprocess_exception&) {
      // Not every file system maps files; all of them read.
    }
  }
  const auto read = std::make_shared<const std::vector<std::uint8_t>>(
      read_all<std::vector<std::uint8_t>>(file, status, path, max_bytes));
  return {{read, read->data()}, read->size()};
}

std::string read_file_text(const std::filesystem::path& path, std::uint64_t max_bytes) {
  return read_all<std::string>(path, max_bytes);
}

struct WholeFile::State {
  explicit State(const std::filesystem::path& where) : path(where) {
    // A link is followed, so that the file it leads to is replaced and not the link.
    std::error_code unresolved;
    target = std::filesystem::weakly_canonical(path, unresolved);
    if (unresolved) target = path.native();

    struct stat status = {};
    const bool exists = ::stat(target.c_str(), &status) == 0;
    if (exists && S_ISDIR(status.st_mode)) throw_cannot("write", path, EISDIR);
    if (exists && !S_ISREG(status.st_mode)) {
      file.emplace(open_for_writing(path));
      return;
    }
    mode = exists ? status.st_mode & 07777 : permitted_mode(0666);
    file.emplace(unfinished.emplace().make_file(target));
    if (file->number() < 0) throw_cannot("write", path, errno);
  }

  void commit() {
    const bool is_new = unfinished.has_value();
    const bool written =
        !is_new || (::fchmod(file->number(), mode) == 0 && ::fsync(file->number()) == 0);
    const bool whole = written && file->close() &&
                       (!is_new || (unfinished->rename_to(target) &&
                                    sync_folder(std::filesystem::path(target).parent_path())));
    if (!whole) throw_cannot("write", path, errno);
  }

  const std::filesystem::path path;
  std::string target;
  mode_t mode = 0;
  std::optional<Descriptor> file;
  std::optional<Unfinished> unfinished;  // not of a device or pipe
};

WholeFile::WholeFile(const std::filesystem::path& path) : state_(std::make_unique<State>(path)) {}
WholeFile::~WholeFile() = default;

void WholeFile::write(const void* data, std::size_t bytes) {
  if (!write_all(state_->file->number(), data, bytes)) throw_cannot("write", state_->path, errno);
}

void WholeFile::commit() { state_->commit(); }

void write_file_whole(const std::filesystem::path& path, const void* data, std::size_t bytes) {
  WholeFile file(path);
  file.write(data, bytes);
  file.commit();
}

void write_file_whole(const std::filesystem::path& path, std::string_view text) {
  write_file_whole(path, text.data(), text.size());
}

void write_file_whole(const std::filesystem::path& path, const std::vector<std::uint8_t>& bytes) {
  write_file_whole(path, bytes.data(), bytes.size());
}

}  // namespace npusim::base
