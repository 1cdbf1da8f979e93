// SPDX-License-Identifier: Apache-2.0
// Results of stages on disk, known by a hash of all that went into them and by the program that
// made them: the same key is the same bytes, whoever computed them. Any number of processes and
// threads may use a folder at once. A cache is never a reason to fail: what cannot be read or
// written (no folder, no permission, no space, a damaged file) is computed instead.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "sim/base/files.h"
#include "sim/cache/program_identity.h"

namespace npusim::cache {

/// The folder is trimmed to this much, the longest unused first, when it has grown beyond.
inline constexpr std::int64_t kMostBytes = std::int64_t{8} << 30;

/// The bytes of an entry, which stay as long as this does, even where the entry is removed.
class Found {
 public:
  Found(base::FileBytes file, std::size_t offset) : file_(std::move(file)), offset_(offset) {}
  std::string_view bytes() const {
    return {reinterpret_cast<const char*>(file_.data.get()) + offset_, file_.size - offset_};
  }

 private:
  base::FileBytes file_;
  std::size_t offset_;
};

/// Held by one at a time, also among threads; given back at the end of its life or its process.
class Lock {
 public:
  ~Lock();
  Lock(Lock&& other) noexcept;
  Lock& operator=(Lock&&) = delete;
  Lock(const Lock&) = delete;

 private:
  friend class Store;
  struct Held;
  explicit Lock(std::unique_ptr<Held> held);

  std::unique_ptr<Held> held_;  // nothing where none could be had
};

class Store {
 public:
  /// `folder` is made with the first entry. `program`: who may share entries; 0 shares nothing, so
  /// nothing is found and nothing kept.
  explicit Store(std::filesystem::path folder, std::uint64_t program = program_identity(),
                 std::int64_t most_bytes = kMostBytes);

  // `kind`: small letters and _. `inputs_hash`: of everything that decides the bytes.

  /// The entry, whole and undamaged, which counts as used now. A damaged one is removed.
  std::optional<Found> find(const std::string& kind, std::uint64_t inputs_hash) const;
  /// Written beside it and renamed, so that nobody sees half an entry.
  void put(const std::string& kind, std::uint64_t inputs_hash, std::string_view bytes) const;
  /// For who is about to compute an entry that is not there: waits for another that does, after
  /// which find() has it. Several must be taken in ascending order of kind and hash.
  Lock lock(const std::string& kind, std::uint64_t inputs_hash) const;

  const std::filesystem::path& folder() const { return folder_; }

 private:
  std::filesystem::path path_of(const std::string& kind, std::uint64_t inputs_hash) const;
  void trim(std::int64_t written_bytes) const;

  std::filesystem::path folder_;
  std::uint64_t program_;
  std::int64_t most_bytes_;
  mutable std::atomic<std::int64_t> unchecked_bytes_;  // written since the folder was last measured
};

}  // namespace npusim::cache
