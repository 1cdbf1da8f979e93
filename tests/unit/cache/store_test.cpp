// SPDX-License-Identifier: Apache-2.0
#include "sim/cache/store.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>
#include <xxhash.h>

#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "sim/base/files.h"
#include "sim/cache/entries.h"
#include "tests/support/support.h"

namespace npusim::cache {
namespace {

namespace fs = std::filesystem;

constexpr char kKind[] = "quantize";
constexpr std::uint64_t kProgram = 7;

std::optional<std::string> found(const Store& store, const std::string& kind, std::uint64_t hash) {
  const auto entry = store.find(kind, hash);
  if (!entry) return std::nullopt;
  return std::string(entry->bytes());
}

fs::path only_file(const fs::path& folder) {
  const std::vector<Entry> entries = list_entries(folder);
  return entries.size() == 1 ? entries.front().path : fs::path();
}

TEST(Store, FindsWhatWasPutUnderKindHashAndProgram) {
  const test::TempFolder folder;
  const std::string bytes("a\0b\n", 4);
  const Store store(folder / "not" / "there", kProgram);
  EXPECT_FALSE(store.find(kKind, 1));
  store.put(kKind, 1, bytes);
  store.put(kKind, 2, "");
  EXPECT_EQ(found(store, kKind, 1), bytes);
  EXPECT_EQ(found(store, kKind, 2), "");
  EXPECT_EQ(found(Store(store.folder(), kProgram), kKind, 1), bytes);
  EXPECT_FALSE(store.find(kKind, 3));
  EXPECT_FALSE(store.find("calibrate", 1));
  EXPECT_FALSE(Store(store.folder(), kProgram + 1).find(kKind, 1));
  store.put(kKind, 1, "other");
  EXPECT_EQ(found(store, kKind, 1), "other");
}

TEST(Store, ADamagedEntryIsNotFoundAndGone) {
  const test::TempFolder folder;
  const Store store(folder.path(), kProgram);
  store.put(kKind, 1, "0123456789");
  const std::vector<std::uint8_t> whole = base::read_file_bytes(only_file(folder.path()));
  for (std::size_t i = 0; i <= whole.size(); ++i) {
    SCOPED_TRACE(i);
    std::vector<std::uint8_t> flipped = whole;
    if (i < whole.size()) flipped[i] ^= 0x10;
    if (i == whole.size()) flipped.push_back(0);
    const std::vector<std::uint8_t> cut(whole.begin(), whole.begin() + static_cast<long>(i));
    for (const auto& damaged : {flipped, cut}) {
      if (damaged == whole) continue;
      store.put(kKind, 1, "");
      base::write_file_whole(only_file(folder.path()), damaged);
      EXPECT_FALSE(store.find(kKind, 1));
      EXPECT_TRUE(list_entries(folder.path()).empty());
    }
  }
}

TEST(Store, AnEntryUnderAnothersNameIsNone) {
  const test::TempFolder folder;
  const Store store(folder.path(), kProgram);
  store.put(kKind, 1, "one");
  fs::rename(only_file(folder.path()), only_file(folder.path()).parent_path() / hex_name(2));
  EXPECT_FALSE(store.find(kKind, 2));
}

TEST(Store, BytesStayWhenTheirEntryIsRemoved) {
  const test::TempFolder folder;
  const Store store(folder.path(), kProgram);
  const std::string bytes(100'000, 'x');
  store.put(kKind, 1, bytes);
  const auto entry = store.find(kKind, 1);
  ASSERT_TRUE(entry);
  prune(folder.path(), {std::nullopt, 0});
  EXPECT_FALSE(store.find(kKind, 1));
  EXPECT_EQ(entry->bytes(), bytes);
}

// Nothing can be made there, not even by root.
TEST(Store, AFolderThatCannotBeIsNoFailure) {
  const test::TempFolder folder;
  std::ofstream(folder / "file") << "text";
  for (const fs::path& place : {folder / "file" / "cache", fs::path("/proc/npusim")}) {
    const Store store(place, kProgram);
    const Lock lock = store.lock(kKind, 1);
    store.put(kKind, 1, "one");
    EXPECT_FALSE(store.find(kKind, 1));
    EXPECT_TRUE(list_entries(place).empty());
  }
  const Store unknown_program(folder.path(), 0);
  unknown_program.put(kKind, 1, "one");
  EXPECT_FALSE(unknown_program.find(kKind, 1));
}

// As a stage does it; appends to `log` when it computes.
void compute_once(const fs::path& folder, const fs::path& log) {
  const Store store(folder, kProgram);
  if (store.find(kKind, 1)) return;
  const Lock lock = store.lock(kKind, 1);
  if (store.find(kKind, 1)) return;
  const int file = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0666);
  const bool logged = ::write(file, "x", 1) == 1;
  ::close(file);
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  if (logged) store.put(kKind, 1, "one");
}

TEST(Store, ProcessesComputeAThingOnce) {
  const test::TempFolder folder;
  constexpr int kProcesses = 8;
  std::vector<pid_t> children;
  for (int i = 0; i < kProcesses; ++i) {
    const pid_t child = ::fork();
    if (child == 0) {
      compute_once(folder / "cache", folder / "log");
      ::_exit(0);
    }
    children.push_back(child);
  }
  for (const pid_t child : children) ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  EXPECT_EQ(fs::file_size(folder / "log"), 1u);
  EXPECT_EQ(only_file(folder / "cache").filename(), hex_name(1));  // and no lock is left
  EXPECT_EQ(std::distance(fs::directory_iterator(only_file(folder / "cache").parent_path()), {}),
            1);
}

TEST(Store, ThreadsComputeAThingOnce) {
  const test::TempFolder folder;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] { compute_once(folder / "cache", folder / "log"); });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(fs::file_size(folder / "log"), 1u);
}

TEST(Store, TheLockOfADeadProcessIsFree) {
  const test::TempFolder folder;
  const pid_t child = ::fork();
  if (child == 0) {
    const Store store(folder.path(), kProgram);
    const Lock lock = store.lock(kKind, 1);
    ::_exit(0);  // as a signal would end it: no destructor runs
  }
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  compute_once(folder.path(), folder / "log");
  EXPECT_EQ(found(Store(folder.path(), kProgram), kKind, 1), "one");
}

TEST(Store, GrowsToItsMostBytesAndNoFurther) {
  const test::TempFolder folder;
  constexpr std::int64_t kMost = 20'000;
  const Store store(folder.path(), kProgram, kMost);
  const std::string kilobyte(1000, 'x');
  for (std::uint64_t i = 0; i < 100; ++i) {
    store.put(kKind, i, kilobyte);
    std::int64_t bytes = 0;
    for (const Entry& entry : list_entries(folder.path())) bytes += entry.bytes;
    EXPECT_LE(bytes, kMost + kMost / 8) << i;
    EXPECT_TRUE(store.find(kKind, i)) << i;
  }
  EXPECT_GE(list_entries(folder.path()).size(), 15u);
}

TEST(ProgramIdentity, IsOfTheFileThatRuns) {
  const base::FileBytes file = base::map_file("/proc/self/exe");
  EXPECT_EQ(executable_hash(), XXH3_64bits(file.data.get(), file.size));
  EXPECT_NE(program_identity(), 0u);
  EXPECT_NE(program_identity(), executable_hash());
}

}  // namespace
}  // namespace npusim::cache
