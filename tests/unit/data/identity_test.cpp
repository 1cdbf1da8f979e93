// SPDX-License-Identifier: Apache-2.0
#include "frontend/data/identity.h"

#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <set>

#include "tests/support/support.h"

namespace npusim::data {
namespace {

namespace fs = std::filesystem;

void write(const fs::path& file, const std::string& text) { std::ofstream(file) << text; }

TEST(Identity, OfAFolderChangesWithEveryThingThatDecidesItsImages) {
  const test::TempFolder folder;
  const auto change_time = [&](const char* name, std::chrono::nanoseconds by) {
    fs::last_write_time(folder / name, fs::last_write_time(folder / name) + by);
  };
  write(folder / "labels.csv", "filename,class_index\na.jpg,1\nb.jpg,2\n");
  write(folder / "a.jpg", "picture");
  write(folder / "b.jpg", "picture");
  config::DatasetConfig dataset;
  dataset.kind = config::DatasetKind::image_folder;
  dataset.path = folder.path();
  std::set<std::string> seen = {identity(dataset)};
  const auto is_new = [&] { return seen.insert(identity(dataset)).second; };
  EXPECT_FALSE(is_new());
  change_time("b.jpg", std::chrono::seconds(1));
  EXPECT_TRUE(is_new()) << "time";
  write(folder / "a.jpg", "another");  // as long
  change_time("a.jpg", std::chrono::nanoseconds(1'000'000));
  EXPECT_TRUE(is_new()) << "content";
  write(folder / "b.jpg", "pictures");
  EXPECT_TRUE(is_new()) << "size";
  write(folder / "labels.csv", "filename,class_index\na.jpg,1\nb.jpg,3\n");
  EXPECT_TRUE(is_new()) << "label";
  write(folder / "labels.csv", "filename,class_index\nb.jpg,3\na.jpg,1\n");
  EXPECT_TRUE(is_new()) << "order";
  dataset.images = 1;
  EXPECT_TRUE(is_new()) << "number";
  write(folder / "a.jpg", "a picture that is not among the images");
  EXPECT_FALSE(is_new());
  fs::remove(folder / "b.jpg");
  EXPECT_TRUE(is_new()) << "missing";
}

TEST(Identity, OfDrawnImagesIsKindSeedAndNumber) {
  config::DatasetConfig dataset;
  std::set<std::string> seen;
  for (const auto kind : {config::DatasetKind::fractal, config::DatasetKind::random}) {
    dataset.kind = kind;
    for (const int seed : {1, 11, 12}) {
      dataset.seed = seed;
      for (const int images : {1, 2, 21}) {
        dataset.images = images;
        EXPECT_TRUE(seen.insert(identity(dataset)).second);
      }
    }
  }
}

}  // namespace
}  // namespace npusim::data
