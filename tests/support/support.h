// SPDX-License-Identifier: Apache-2.0
// What every test program may use: where things lie, and temporary folders.
#pragma once

#include <filesystem>
#include <optional>

namespace npusim::test {

/// The root of the source tree that the test was built from.
std::filesystem::path source_dir();

/// The folder with `models/` and `imagenet/` that NPUSIM_ASSETS names; empty where it is not set.
/// A test without it says so: `if (!assets_dir()) GTEST_SKIP() << "NPUSIM_ASSETS is not set";`
std::optional<std::filesystem::path> assets_dir();

/// An empty folder of its own, removed with all it holds at the end of its life.
class TempFolder {
 public:
  TempFolder();
  ~TempFolder();
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::filesystem::path& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

}  // namespace npusim::test
