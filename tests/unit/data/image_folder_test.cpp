// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <png.h>

#include <atomic>
#include <string>
#include <thread>

#include "frontend/data/dataset.h"
#include "frontend/data/fractal.h"
#include "frontend/data/image_reader.h"
#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "tests/support/support.h"
#include "tests/unit/data/picture_files.h"

namespace npusim::data {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::int64_t kSide = 16;

/// A folder with the first fractals of split 2 as PNG files: f0.png, f1.png and so on.
class ImageFolderTest : public testing::Test {
 protected:
  void SetUp() override {
    test::PngForm form;
    form.width = kSide;
    form.height = kSide;
    for (std::int64_t i = 0; i < kImages; ++i) {
      const FractalImage image = FractalSet(2, kSide).image(i);
      base::write_file_whole(folder_ / name(i), test::png_file(form, image.rgb));
      labels_ += name(i) + "," + std::to_string(image.label) + "\n";
    }
    base::write_file_whole(folder_ / "labels.csv", labels_);
    config_.kind = config::DatasetKind::image_folder;
    config_.path = folder_.path();
    input_.size = kSide;
    input_.mean = {127.5, 100, 0};
    input_.scale = {127.5, 3, 1};
  }

  static std::string name(std::int64_t i) { return "f" + std::to_string(i) + ".png"; }

  std::string open_error(bool missing_allowed = false) {
    try {
      open_dataset(config_, input_, missing_allowed);
    } catch (const base::InputError& error) {
      std::string text = error.what();
      const std::string path = folder_.path().string() + "/";
      for (auto at = text.find(path); at != std::string::npos; at = text.find(path))
        text.erase(at, path.size());
      return text;
    }
    return "no error";
  }

  static constexpr std::int64_t kImages = 6;
  const npusim::test::TempFolder folder_;
  std::string labels_ = "filename,class_index\n";
  config::DatasetConfig config_;
  config::InputConfig input_;
};

TEST_F(ImageFolderTest, PicturesAreTheSameTensorsAsTheFractalsThatTheyShow) {
  config::DatasetConfig fractals;
  fractals.seed = 2;
  fractals.images = kImages;
  const auto drawn = open_dataset(fractals, input_);
  const auto read = open_dataset(config_, input_);
  ASSERT_EQ(read->images(), kImages);
  for (std::int64_t i = 0; i < kImages; ++i) {
    EXPECT_EQ(read->sample(i).tensor, drawn->sample(i).tensor);
    EXPECT_EQ(read->sample(i).label, drawn->sample(i).label);
    EXPECT_EQ(read->label(i), drawn->label(i));
  }
  EXPECT_EQ(read->name(3), "f3.png");
  EXPECT_EQ(read->label_place(3), (folder_ / "labels.csv:5").string());
  EXPECT_EQ(drawn->name(3), "image 3");
  EXPECT_EQ(drawn->label_place(3), "dataset image 3");
}

TEST_F(ImageFolderTest, TheFirstSoMany) {
  config_.images = 2;
  EXPECT_EQ(open_dataset(config_, input_)->images(), 2);
  config_.images = kImages + 1;
  EXPECT_THAT(open_error(), HasSubstr("images: got 7, must be at most 6, the pictures that "
                                      "labels.csv gives"));
}

TEST_F(ImageFolderTest, AllMissingFilesAreNamed) {
  base::write_file_whole(folder_ / "labels.csv", labels_ + "no.png,1\n.,2\nno/other.png,3\n");
  EXPECT_EQ(open_error(),
            "labels.csv:8: no.png: got no such file, must be the file of a picture\n"
            "labels.csv:9: .: got a folder, must be the file of a picture\n"
            "labels.csv:10: no/other.png: got no such file, must be the file of a picture");
  EXPECT_EQ(open_error(/*missing_allowed=*/true), "no error");
  config_.images = kImages;
  EXPECT_EQ(open_error(), "no error");
}

TEST_F(ImageFolderTest, ACropThatIsNotTheInputsSizeIsRefused) {
  input_.center_crop = 15;
  EXPECT_EQ(open_error(), "input.center_crop: got 15, must be 16, as input.size is");
}

class ImageReaderTest : public ImageFolderTest {
 protected:
  void damage(std::int64_t i) {
    base::write_file_whole(folder_ / name(i), std::string("no picture"));
  }
};

TEST_F(ImageReaderTest, StopsAtABadPictureUnlessToldToSkip) {
  damage(1);
  const auto dataset = open_dataset(config_, input_);
  ImageReader strict(*dataset, false);
  EXPECT_TRUE(strict.read(0));
  EXPECT_THROW(strict.read(1), base::InputError);
  ImageReader skipping(*dataset, true);
  EXPECT_TRUE(skipping.read(0));
  EXPECT_FALSE(skipping.read(1));
  const SkippedImages skipped = skipping.skipped();
  EXPECT_THAT(skipped.indices, ElementsAre(1));
  EXPECT_THAT(skipped.names, ElementsAre("f1.png"));
  EXPECT_THAT(skipped.reasons,
              ElementsAre(testing::StartsWith("f1.png: content: got a file that begins")));
}

TEST_F(ImageReaderTest, WhatIsSkippedDoesNotDependOnTheOrder) {
  for (const std::int64_t i : {0, 2, 5}) damage(i);
  std::filesystem::remove(folder_ / name(4));
  const auto dataset = open_dataset(config_, input_, /*missing_allowed=*/true);
  ImageReader reader(*dataset, true);
  std::atomic<std::int64_t> next{2 * kImages};  // every index twice, the last first
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (std::int64_t i = --next; i >= 0; i = --next) reader.read(i % kImages);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(reader.skipped().indices, ElementsAre(0, 2, 4, 5));
  EXPECT_THAT(reader.skipped().names, ElementsAre("f0.png", "f2.png", "f4.png", "f5.png"));
}

TEST_F(ImageReaderTest, ManyReasonsAreCutToTheFirst) {
  std::string labels = "filename,class_index\nf0.png,0\n";
  for (int i = 0; i < 15; ++i) labels += "no" + std::to_string(i) + ".png,0\n";
  base::write_file_whole(folder_ / "labels.csv", labels);
  const auto dataset = open_dataset(config_, input_, /*missing_allowed=*/true);
  ImageReader reader(*dataset, true);
  for (std::int64_t i = 15; i >= 0; --i) reader.read(i);
  const SkippedImages skipped = reader.skipped();
  EXPECT_EQ(skipped.indices.size(), 15U);
  ASSERT_EQ(skipped.names.size(), kSkippedShown);
  EXPECT_EQ(skipped.names.front(), "no0.png");
  EXPECT_EQ(skipped.names.back(), "no9.png");
}

TEST_F(ImageReaderTest, WithoutAGoodPictureItStops) {
  for (std::int64_t i = 0; i < kImages; ++i) damage(i);
  const auto dataset = open_dataset(config_, input_);
  ImageReader reader(*dataset, true);
  for (std::int64_t i = 0; i + 1 < kImages; ++i) EXPECT_FALSE(reader.read(i));
  try {
    reader.read(kImages - 1);
    FAIL() << "must throw";
  } catch (const base::InputError& error) {
    ASSERT_EQ(error.messages().size(), 7U);
    EXPECT_EQ(error.messages()[0], "all 6 pictures are bad, at least one must be good:");
    EXPECT_THAT(error.messages()[1], HasSubstr("f0.png: content"));
  }
}

}  // namespace
}  // namespace npusim::data
