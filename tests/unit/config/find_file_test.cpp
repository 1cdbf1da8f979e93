// SPDX-License-Identifier: Apache-2.0
#include "sim/config/find_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "tests/support/support.h"

namespace npusim::config {
namespace {

namespace fs = std::filesystem;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

class FindFileTest : public ::testing::Test {
 protected:
  FindFileTest() {
    for (const char* name : {"alpha.yaml", "alpine.yaml", "net.onnx", "table.csv"})
      base::write_file_whole(folder_ / name, std::string("x"));
    fs::create_directory(folder_ / "alphas.yaml");
  }
  std::string refusal(const std::string& name) const {
    try {
      find_file(name, "file", {folder_});
    } catch (const base::InputError& error) {
      return error.what();
    }
    return "found";
  }
  const test::TempFolder temporary_;
  const fs::path folder_ = temporary_.path();
};

TEST_F(FindFileTest, BareNamesAreLookedForInTheFolders) {
  EXPECT_EQ(find_file("alpha.yaml", "file", {folder_}), folder_ / "alpha.yaml");
  EXPECT_EQ(find_file((folder_ / "net.onnx").string(), "file", {}), folder_ / "net.onnx");
  EXPECT_THAT(refusal("x/alpha.yaml"), EndsWith("must be an existing file: x/alpha.yaml"));
}

TEST_F(FindFileTest, TheNearestNameHasTheSameSuffixAndIsAFile) {
  EXPECT_THAT(refusal("alhpa.yaml"), EndsWith("; did you mean alpha.yaml?"));
  EXPECT_THAT(refusal("alphas.yml"), Not(HasSubstr("did you mean")));
  EXPECT_THAT(refusal("ent.onnx"), EndsWith("; did you mean net.onnx?"));
  EXPECT_THAT(refusal("tabel.onnx"), Not(HasSubstr("did you mean table")));
  EXPECT_THAT(refusal("alpine"), EndsWith("; did you mean alpine.yaml?"));
  EXPECT_THAT(refusal("alp.yaml"), EndsWith("; did you mean alpha.yaml?"));
  EXPECT_THAT(refusal("al.yaml"), Not(HasSubstr("did you mean")));
  EXPECT_THAT(refusal("something_else.yaml"), Not(HasSubstr("did you mean")));
}

TEST_F(FindFileTest, PathsGetPaths) {
  const std::string path = (folder_ / "alhpa.yaml").string();
  EXPECT_THAT(refusal(path), EndsWith("; did you mean " + (folder_ / "alpha.yaml").string() + '?'));
}

}  // namespace
}  // namespace npusim::config
