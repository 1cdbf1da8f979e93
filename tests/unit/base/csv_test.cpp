// SPDX-License-Identifier: Apache-2.0
#include "sim/base/csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace npusim::base {
namespace {

using testing::ElementsAre;

using Lines = std::vector<std::vector<std::string>>;

Lines lines_of(std::string_view text) {
  Lines lines;
  std::size_t position = 0;
  std::vector<std::string> fields;
  while (read_csv_line(text, position, fields)) lines.push_back(fields);
  return lines;
}

TEST(Csv, FieldsAreQuotedWhereTheyMustBe) {
  std::string text;
  append_csv_line({"plain", "a,b", "say \"no\"", "two\nlines", ""}, text);
  append_csv_line({"next"}, text);
  EXPECT_EQ(text, "plain,\"a,b\",\"say \"\"no\"\"\",\"two\nlines\",\nnext\n");
}

TEST(Csv, WhatIsWrittenIsReadBack) {
  const Lines lines = {{"a,b", "\"", "\"\"", "x\ny", "", "end\""}, {""}, {",", "\n", "\",\""}};
  std::string text;
  for (const auto& line : lines) append_csv_line(line, text);
  EXPECT_EQ(lines_of(text), lines);
}

TEST(Csv, ReadsWhatOthersWrite) {
  EXPECT_THAT(lines_of("a,b\r\nc,\"d\"\r\n"),
              ElementsAre(ElementsAre("a", "b"), ElementsAre("c", "d")));
  EXPECT_THAT(lines_of("a,b"), ElementsAre(ElementsAre("a", "b")));
  EXPECT_THAT(lines_of("a,\"never closed,\nb"), ElementsAre(ElementsAre("a", "never closed,\nb")));
  EXPECT_THAT(lines_of("it's \"quoted\" inside"),
              ElementsAre(ElementsAre("it's \"quoted\" inside")));
  EXPECT_THAT(lines_of(""), ElementsAre());
}

}  // namespace
}  // namespace npusim::base
