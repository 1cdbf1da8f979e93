// SPDX-License-Identifier: Apache-2.0
#include "sim/cache/entries.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <fstream>

#include "sim/cache/place.h"
#include "sim/cache/store.h"
#include "tests/support/support.h"

namespace npusim::cache {
namespace {

namespace fs = std::filesystem;
using std::chrono::hours;
using testing::ElementsAre;

void set_age(const fs::path& file, hours age) {
  const std::time_t time = Clock::to_time_t(Clock::now() - age);
  const timespec times[2] = {{time, 0}, {time, 0}};
  ASSERT_EQ(::utimensat(AT_FDCWD, file.c_str(), times, 0), 0);
}

class EntriesTest : public testing::Test {
 protected:
  // 1 was last used 30 hours ago, 2 20 hours ago, 3 10 hours ago; 1024 bytes each.
  void SetUp() override {
    const std::string bytes(1000, 'x');
    put(Store(folder_.path(), 1), "quantize", 1, bytes, hours(30));
    put(Store(folder_.path(), 2), "calibrate", 2, bytes, hours(20));
    put(Store(folder_.path(), 1), "calibrate", 3, bytes, hours(10));
  }

  void put(const Store& store, const std::string& kind, std::uint64_t hash,
           const std::string& bytes, hours age) {
    store.put(kind, hash, bytes);
    set_age(folder_ / hex_name(store_program(hash)) / kind / hex_name(hash), age);
  }
  static std::uint64_t store_program(std::uint64_t hash) { return hash == 2 ? 2 : 1; }

  std::vector<std::string> names() const {
    std::vector<std::string> result;
    for (const Entry& entry : list_entries(folder_.path()))
      result.push_back(entry.kind + ' ' + entry.path.filename().string().substr(15));
    return result;
  }

  test::TempFolder folder_;
};

TEST_F(EntriesTest, AreListedByLastUse) {
  EXPECT_THAT(names(), ElementsAre("quantize 1", "calibrate 2", "calibrate 3"));
  EXPECT_EQ(list_entries(folder_.path()).front().bytes, 1024);
  EXPECT_EQ(list_entries(folder_.path()).front().program, hex_name(1));
  EXPECT_TRUE(Store(folder_.path(), 1).find("quantize", 1));  // which uses it
  EXPECT_THAT(names(), ElementsAre("calibrate 2", "calibrate 3", "quantize 1"));
}

TEST_F(EntriesTest, PruneTakesTheOldAndThenTheLongestUnused) {
  Pruned pruned = prune(folder_.path(), {Clock::now() - hours(25), std::nullopt});
  EXPECT_EQ(pruned.entries, 1);
  EXPECT_EQ(pruned.bytes, 1024);
  EXPECT_THAT(names(), ElementsAre("calibrate 2", "calibrate 3"));
  EXPECT_EQ(prune(folder_.path(), {std::nullopt, 2048}).entries, 0);
  EXPECT_EQ(prune(folder_.path(), {std::nullopt, 2047}).entries, 1);
  EXPECT_THAT(names(), ElementsAre("calibrate 3"));
}

TEST_F(EntriesTest, ClearingLeavesWhatIsNotTheCaches) {
  const std::vector<fs::path> others = {
      folder_ / "thesis.txt", folder_ / "work" / "quantize" / hex_name(1),
      folder_ / hex_name(1) / "Notes.txt", folder_ / hex_name(1) / "quantize" / "readme"};
  for (const fs::path& other : others) {
    fs::create_directories(other.parent_path());
    std::ofstream(other) << "mine";
  }
  const Pruned pruned = prune(folder_.path(), {std::nullopt, 0});
  EXPECT_EQ(pruned.entries, 3);
  EXPECT_EQ(pruned.refused, 0);
  for (const fs::path& other : others) EXPECT_TRUE(fs::exists(other)) << other;
  EXPECT_FALSE(fs::exists(folder_ / hex_name(2)));  // empty then
}

TEST_F(EntriesTest, WhatKilledWritersLeftGoesOnceItIsOld) {
  const fs::path beside = folder_ / hex_name(1) / "quantize";
  const fs::path old_part = beside / (hex_name(9) + ".aB3xYz"),
                 new_part = beside / (hex_name(8) + ".aB3xYz");
  std::ofstream(old_part) << "half";
  std::ofstream(new_part) << "half";
  set_age(old_part, hours(2));
  EXPECT_EQ(prune(folder_.path(), {std::nullopt, 1 << 20}).entries, 0);
  EXPECT_FALSE(fs::exists(old_part));
  EXPECT_TRUE(fs::exists(new_part));
}

TEST(Place, IsTheVariableThenXdgThenHome) {
  const auto place = [](const char* own, const char* xdg, const char* home) {
    const auto set = [](const char* name, const char* value) {
      if (value == nullptr) {
        ::unsetenv(name);
      } else {
        ::setenv(name, value, 1);
      }
    };
    set("NPUSIM_CACHE", own);
    set("XDG_CACHE_HOME", xdg);
    set("HOME", home);
    return default_folder();
  };
  EXPECT_EQ(place("/a/b/../c", "/x", "/h"), fs::path("/a/c"));
  EXPECT_EQ(place("c", "/x", "/h"), fs::current_path() / "c");
  EXPECT_EQ(place("", "/x", "/h"), std::nullopt);
  EXPECT_EQ(place(nullptr, "/x", "/h"), fs::path("/x/npusim"));
  EXPECT_EQ(place(nullptr, "x", "/h"),
            fs::path("/h/.cache/npusim"));  // XDG: relative ones count not
  EXPECT_EQ(place(nullptr, nullptr, "/h"), fs::path("/h/.cache/npusim"));
  EXPECT_EQ(place(nullptr, nullptr, nullptr), std::nullopt);
}

}  // namespace
}  // namespace npusim::cache
