// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/output.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/errors.h"
#include "sim/cli/sweep_progress.h"
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

TEST(SweepProgressTest, TimesAreForPeople) {
  EXPECT_EQ(duration_text(0), "0.0 s");
  EXPECT_EQ(duration_text(9.94), "9.9 s");
  EXPECT_EQ(duration_text(9.96), "10 s");
  EXPECT_EQ(duration_text(119.4), "119 s");
  EXPECT_EQ(duration_text(119.6), "2 min 00 s");
  EXPECT_EQ(duration_text(3599), "59 min 59 s");
  EXPECT_EQ(duration_text(7500), "2 h 05 min");
  EXPECT_EQ(duration_text(86399), "23 h 59 min");
  EXPECT_EQ(duration_text(3 * 86400 + 4 * 3600), "3 d 4 h");
  EXPECT_EQ(duration_text(1e300), "11574074 d 1 h");
}

TEST(SweepProgressTest, ARateAndWhatIsLeftFollowFromWhatIsDoneNow) {
  EXPECT_EQ(progress_text({310, 2, 0}, 1000, 0), "312 of 1,000 points");
  EXPECT_EQ(progress_text({310, 0, 0}, 1000, 5), "310 of 1,000 points");
  EXPECT_EQ(progress_text({100, 198, 2}, 1300, 10),
            "300 of 1,300 points, 2 failed, 20 points/s, 50 s left");
  EXPECT_EQ(progress_text({0, 1, 0}, 3, 60), "1 of 3 points, 60 points/h, 2 min 00 s left");
  EXPECT_EQ(progress_text({0, 3, 0}, 3, 6), "3 of 3 points, 0.5 points/s");
}

}  // namespace
}  // namespace npusim::cli
