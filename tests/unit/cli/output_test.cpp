// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/output.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/errors.h"
#include "tests/support/support.h"

namespace npusim::cli {
namespace {

std::string error_of_path(const std::string& path) {
  try {
    check_output_path(path, "--json");
  } catch (const base::InputError& error) {
    return error.what();
  }
  return "no error";
}

TEST(CheckOutputPathTest, RefusesWhatCannotBecomeAFile) {
  const test::TempFolder folder;
  const std::string root = folder.path().string();
  EXPECT_EQ(error_of_path(root + "/new.json"), "no error");
  EXPECT_EQ(error_of_path("new.json"), "no error");
  EXPECT_EQ(error_of_path("/dev/null"), "no error");
  EXPECT_EQ(error_of_path(""), "--json: got an empty path, must be the path of a file to write");
  EXPECT_EQ(error_of_path(root),
            "--json: got " + root + ", a folder, must be the path of a file to write");
  EXPECT_EQ(error_of_path(root + "/no/new.json"),
            "--json: got " + root + "/no/new.json, must be in an existing folder; " + root +
                "/no is none");
  EXPECT_NO_THROW(check_output_path(std::nullopt, "--json"));
}

TEST(ParseThreadsTest, TakesASmallPositiveInteger) {
  EXPECT_EQ(parse_threads("1"), 1);
  EXPECT_EQ(parse_threads("1024"), 1024);
  EXPECT_GE(parse_threads(std::nullopt), 1);
  for (const char* text : {"0", "-1", "1025", "two", "", "01", "1.5"}) {
    EXPECT_THROW(parse_threads(std::string(text)), base::InputError) << text;
  }
}

}  // namespace
}  // namespace npusim::cli
