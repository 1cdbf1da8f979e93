// SPDX-License-Identifier: Apache-2.0
#include "sim/base/errors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/base/version.h"

namespace npusim::base {
namespace {

using testing::ElementsAre;

TEST(InputErrorTest, CarriesAllMessagesOneALine) {
  const InputError error(std::vector<std::string>{"a: one", "b: two"});
  EXPECT_THAT(error.messages(), ElementsAre("a: one", "b: two"));
  EXPECT_STREQ(error.what(), "a: one\nb: two");
}

TEST(InputErrorTest, WithoutAMessageIsABrokenInvariant) {
  EXPECT_THROW(const InputError error(std::vector<std::string>{}), InternalError);
}

TEST(ErrorListTest, ThrowsNothingWhenEmpty) { EXPECT_NO_THROW(ErrorList().throw_if_any()); }

TEST(ErrorListTest, ThrowsAllInTheOrderFound) {
  ErrorList errors;
  errors.add("run.yaml:3:7", "rows", "0", "at least 1");
  errors.add("", "--set rows", "x", "an integer");
  errors.add(InputError(std::vector<std::string>{"nested 1", "nested 2"}));
  try {
    errors.throw_if_any();
    FAIL() << "must throw";
  } catch (const InputError& error) {
    EXPECT_THAT(error.messages(),
                ElementsAre("run.yaml:3:7: rows: got 0, must be at least 1",
                            "--set rows: got x, must be an integer", "nested 1", "nested 2"));
  }
}

TEST(RefusalTest, ShowsAnEmptyValueAndCutsALongOneBetweenCharacters) {
  EXPECT_EQ(refusal("", "", "", "a name"), "\"\": got \"\", must be a name");
  const std::string wide(199, 'x');
  EXPECT_EQ(refusal("f", "key", wide + "\xC3\xA9", "short"),
            "f: key: got " + wide + "..., must be short");
  EXPECT_EQ(refusal("f", "key", wide + "y", "short"), "f: key: got " + wide + "y, must be short");
}

TEST(VersionTest, IsThreeNumbers) {
  EXPECT_THAT(kVersion, testing::MatchesRegex("[0-9]+\\.[0-9]+\\.[0-9]+"));
}

}  // namespace
}  // namespace npusim::base
