// SPDX-License-Identifier: Apache-2.0
// What lies in a cache folder, and taking it away. Only files that a Store has written are seen:
// PROGRAM/kind/KEY with 16 hexadecimal digits each, so that a folder that holds something else too
// keeps that.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace npusim::cache {

using Clock = std::chrono::system_clock;

struct Entry {
  std::filesystem::path path;
  std::string program;  // as in the path
  std::string kind;
  std::int64_t bytes = 0;
  Clock::time_point last_use;
};

/// In the order of last use, the longest ago first; none where the folder cannot be read.
std::vector<Entry> list_entries(const std::filesystem::path& folder);

struct Pruning {
  std::optional<Clock::time_point> unused_since;  // what was last used before goes
  std::optional<std::int64_t> keep_bytes;         // then the longest unused, down to so many
};

struct Pruned {
  std::int64_t entries = 0, bytes = 0;
  std::int64_t refused = 0;  // entries that could not be removed
};

/// Removes entries, what writers left that were killed, and folders that are empty then. Safe
/// beside programs that use the cache: they compute again what is gone.
Pruned prune(const std::filesystem::path& folder, const Pruning& pruning);

/// What writers left that were killed, an hour after.
void remove_abandoned(const std::filesystem::path& folder);

/// 16 hexadecimal digits.
std::string hex_name(std::uint64_t value);

}  // namespace npusim::cache
