// SPDX-License-Identifier: Apache-2.0
#include "sim/cache/entries.h"

#include <sys/stat.h>

#include <algorithm>
#include <system_error>

namespace npusim::cache {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kNameDigits = 16;
constexpr auto kAbandonedAfter = std::chrono::hours(1);  // no entry takes as long to write

bool is_hex_name(const std::string& name) {
  return name.size() == kNameDigits &&
         name.find_first_not_of("0123456789abcdef") == std::string::npos;
}

bool is_kind(const std::string& name) {
  return !name.empty() &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string::npos;
}

/// What a writer or the holder of a lock has beside the entry: KEY.lock, KEY.XXXXXX.
bool is_auxiliary(const std::string& name) {
  return name.size() > kNameDigits && name[kNameDigits] == '.' &&
         is_hex_name(name.substr(0, kNameDigits));
}

template <typename Visit>
void for_each_in(const fs::path& folder, const Visit& visit) {
  std::error_code failed;
  for (fs::directory_iterator it(folder, failed), end; !failed && it != end; it.increment(failed))
    visit(it->path());
}

/// Every file in the folders that a Store makes.
template <typename Visit>
void for_each_file(const fs::path& folder, const Visit& visit) {
  for_each_in(folder, [&](const fs::path& program) {
    if (!is_hex_name(program.filename())) return;
    for_each_in(program, [&](const fs::path& kind) {
      if (!is_kind(kind.filename())) return;
      for_each_in(kind, [&](const fs::path& file) {
        struct stat status = {};
        if (::lstat(file.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return;
        const auto time = Clock::time_point(std::chrono::duration_cast<Clock::duration>(
            std::chrono::seconds(status.st_mtim.tv_sec) +
            std::chrono::nanoseconds(status.st_mtim.tv_nsec)));
        visit(Entry{file, program.filename(), kind.filename(), status.st_size, time});
      });
    });
  });
}

void remove_entry(const Entry& entry, Pruned& pruned) {
  std::error_code failed;
  if (fs::remove(entry.path, failed)) {
    ++pruned.entries;
    pruned.bytes += entry.bytes;
  } else if (failed) {
    ++pruned.refused;
  }
}

/// rmdir refuses folders that hold something.
void remove_empty_folders(const fs::path& folder) {
  std::error_code not_empty;
  for_each_in(folder, [&](const fs::path& program) {
    if (!is_hex_name(program.filename())) return;
    for_each_in(program, [&](const fs::path& kind) {
      if (is_kind(kind.filename())) fs::remove(kind, not_empty);
    });
    fs::remove(program, not_empty);
  });
}

}  // namespace

std::string hex_name(std::uint64_t value) {
  constexpr unsigned kDigitBits = 4;
  std::string name(kNameDigits, '0');
  for (std::size_t i = kNameDigits; i-- > 0; value >>= kDigitBits)
    name[i] = "0123456789abcdef"[value & 0xf];
  return name;
}

std::vector<Entry> list_entries(const fs::path& folder) {
  std::vector<Entry> entries;
  for_each_file(folder, [&](Entry entry) {
    if (is_hex_name(entry.path.filename())) entries.push_back(std::move(entry));
  });
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return a.last_use != b.last_use ? a.last_use < b.last_use : a.path < b.path;
  });
  return entries;
}

void remove_abandoned(const fs::path& folder) {
  const Clock::time_point abandoned_before = Clock::now() - kAbandonedAfter;
  for_each_file(folder, [&](const Entry& file) {
    std::error_code ignored;
    if (is_auxiliary(file.path.filename()) && file.last_use < abandoned_before)
      fs::remove(file.path, ignored);
  });
}

Pruned prune(const fs::path& folder, const Pruning& pruning) {
  Pruned pruned;
  remove_abandoned(folder);
  const std::vector<Entry> entries = list_entries(folder);
  std::int64_t left_bytes = 0;
  for (const Entry& entry : entries) left_bytes += entry.bytes;
  for (const Entry& entry : entries) {
    const bool is_old = pruning.unused_since && entry.last_use < *pruning.unused_since;
    const bool is_too_much = pruning.keep_bytes && left_bytes > *pruning.keep_bytes;
    if (!is_old && !is_too_much) continue;
    remove_entry(entry, pruned);
    left_bytes -= entry.bytes;
  }
  remove_empty_folders(folder);
  return pruned;
}

}  // namespace npusim::cache
