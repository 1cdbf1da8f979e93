// SPDX-License-Identifier: Apache-2.0
#include "sim/cache/store.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <system_error>
#include <utility>

#include "sim/base/descriptor.h"
#include "sim/base/errors.h"
#include "sim/base/unfinished.h"
#include "sim/cache/entries.h"

namespace npusim::cache {
namespace {

namespace fs = std::filesystem;

constexpr char kMagic[8] = {'n', 'p', 'u', 's', 'i', 'm', 'C', '1'};

struct Header {
  char magic[8];
  std::uint64_t bytes;
  std::uint64_t
      checksum;  // XXH3 of them, seeded with the key: an entry under another's name is none
};
static_assert(sizeof(Header) == 24);

std::uint64_t checksum_of(std::string_view bytes, std::uint64_t inputs_hash) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), inputs_hash);
}

bool is_whole(const base::FileBytes& file, std::uint64_t inputs_hash) {
  Header header;
  if (file.size < sizeof header) return false;
  std::memcpy(&header, file.data.get(), sizeof header);
  const std::string_view bytes(reinterpret_cast<const char*>(file.data.get()) + sizeof header,
                               file.size - sizeof header);
  return std::memcmp(header.magic, kMagic, sizeof kMagic) == 0 && header.bytes == bytes.size() &&
         header.checksum == checksum_of(bytes, inputs_hash);
}

bool make_folder(const fs::path& folder) {
  std::error_code failed;
  fs::create_directories(folder, failed);
  return !failed;
}

/// Whether the path still leads to the open file: its last holder has removed it otherwise.
bool is_current(int descriptor, const fs::path& path) {
  struct stat open = {}, named = {};
  return ::fstat(descriptor, &open) == 0 && ::stat(path.c_str(), &named) == 0 &&
         open.st_ino == named.st_ino && open.st_dev == named.st_dev;
}

}  // namespace

/// An attempt at a lock, which is one when its state is `held`.
struct Lock::Held {
  enum class State { held, waits, stale, refused };

  explicit Held(const fs::path& path)
      : file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666)) {
    if (file.number() < 0) return;
    if (::flock(file.number(), LOCK_EX | LOCK_NB) != 0) {
      if (errno == EWOULDBLOCK) state = State::waits;
    } else if (!is_current(file.number(), path)) {
      state = State::stale;
    } else {
      unfinished.adopt_file(path);
      state = State::held;
    }
  }

  base::Descriptor file;
  // Removed while it is held: who waits for it finds it gone and makes another.
  base::Unfinished unfinished;
  State state = State::refused;  // also by a file system without locks: everybody computes
};

Lock::Lock(std::unique_ptr<Held> held) : held_(std::move(held)) {}
Lock::~Lock() = default;
Lock::Lock(Lock&& other) noexcept = default;

Store::Store(fs::path folder, std::uint64_t program, std::int64_t most_bytes)
    : folder_(std::move(folder)),
      program_(program),
      most_bytes_(most_bytes),
      unchecked_bytes_(most_bytes) {}  // measured with the first entry

fs::path Store::path_of(const std::string& kind, std::uint64_t inputs_hash) const {
  return folder_ / hex_name(program_) / kind / hex_name(inputs_hash);
}

std::optional<Found> Store::find(const std::string& kind, std::uint64_t inputs_hash) const {
  if (program_ == 0) return std::nullopt;
  const fs::path path = path_of(kind, inputs_hash);
  if (::access(path.c_str(), R_OK) != 0) return std::nullopt;
  try {
    base::FileBytes file = base::map_file(path);
    if (is_whole(file, inputs_hash)) {
      ::utimensat(AT_FDCWD, path.c_str(), nullptr, 0);
      return Found(std::move(file), sizeof(Header));
    }
    ::unlink(path.c_str());
  } catch (const base::InputError&) {  // removed meanwhile, no regular file, ...
  }
  return std::nullopt;
}

void Store::put(const std::string& kind, std::uint64_t inputs_hash, std::string_view bytes) const {
  const fs::path path = path_of(kind, inputs_hash);
  if (program_ == 0 || !make_folder(path.parent_path())) return;
  Header header = {};
  std::memcpy(header.magic, kMagic, sizeof kMagic);
  header.bytes = bytes.size();
  header.checksum = checksum_of(bytes, inputs_hash);

  base::Unfinished unfinished;
  base::Descriptor file(unfinished.make_file(path.native()));
  // Not synchronized: after a loss of power the checksum tells.
  const bool is_kept = file.number() >= 0 &&
                       base::write_all(file.number(), &header, sizeof header) &&
                       base::write_all(file.number(), bytes.data(), bytes.size()) && file.close() &&
                       unfinished.rename_to(path);
  if (!is_kept) return;
  trim(static_cast<std::int64_t>(sizeof header + bytes.size()));
}

void Store::trim(std::int64_t written_bytes) const {
  constexpr std::int64_t kParts = 16;
  const std::int64_t part_bytes = most_bytes_ / kParts;
  if ((unchecked_bytes_ += written_bytes) < part_bytes) return;
  unchecked_bytes_ = 0;
  std::int64_t bytes = 0;
  remove_abandoned(folder_);
  for (const Entry& entry : list_entries(folder_)) bytes += entry.bytes;
  if (bytes > most_bytes_) prune(folder_, {std::nullopt, most_bytes_ - part_bytes});
}

Lock Store::lock(const std::string& kind, std::uint64_t inputs_hash) const {
  const fs::path path = path_of(kind, inputs_hash).string() + ".lock";
  if (program_ == 0 || !make_folder(path.parent_path())) return Lock(nullptr);
  while (true) {
    std::unique_ptr<Lock::Held> attempt;
    {
      const base::Uninterrupted known_or_not_there;
      attempt = std::make_unique<Lock::Held>(path);
    }
    using State = Lock::Held::State;
    if (attempt->state == State::held) return Lock(std::move(attempt));
    if (attempt->state == State::refused) return Lock(nullptr);
    while (attempt->state == State::waits && ::flock(attempt->file.number(), LOCK_EX) != 0) {
      if (errno != EINTR) return Lock(nullptr);
    }
  }
}

}  // namespace npusim::cache
