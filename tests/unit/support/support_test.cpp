// SPDX-License-Identifier: Apache-2.0
#include "tests/support/support.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

namespace npusim::test {
namespace {

TEST(SupportTest, SourceDirHoldsTheSources) {
  EXPECT_TRUE(std::filesystem::exists(source_dir() / "sim/base/errors.h"));
}

TEST(SupportTest, TempFolderIsRemovedWithWhatItHolds) {
  std::filesystem::path path;
  {
    const TempFolder folder;
    path = folder.path();
    std::ofstream(folder / "file") << "x";
    EXPECT_TRUE(std::filesystem::exists(path / "file"));
    EXPECT_NE(TempFolder().path(), path);
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(SupportTest, AssetsAreThereOnlyWhenNamed) {
  setenv("NPUSIM_ASSETS", "/somewhere", 1);
  EXPECT_EQ(assets_dir(), "/somewhere");
  setenv("NPUSIM_ASSETS", "", 1);
  EXPECT_EQ(assets_dir(), std::nullopt);
  unsetenv("NPUSIM_ASSETS");
  EXPECT_EQ(assets_dir(), std::nullopt);
}

}  // namespace
}  // namespace npusim::test
