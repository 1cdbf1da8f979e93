// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/table.h"

#include <gtest/gtest.h>

#include <sstream>

namespace npusim::cli {
namespace {

std::size_t widest_line(const std::string& text) {
  std::istringstream lines(text);
  std::size_t widest = 0;
  for (std::string line; std::getline(lines, line);) widest = std::max(widest, line.size());
  return widest;
}

TEST(WrappedTest, BreaksAtBlanksAndKeepsWideWords) {
  EXPECT_EQ(wrapped("one two three", 7), "one two\nthree");
  EXPECT_EQ(wrapped("one two three", 9, 2), "one two\n  three");
  EXPECT_EQ(wrapped("a_word_that_is_wider than", 10, 2), "a_word_that_is_wider\n  than");
  EXPECT_EQ(wrapped("", 10), "");
}

TEST(TableTest, AlignsAndEndsLinesWithoutBlanks) {
  Table table({{"name", ColumnKind::name}, {"count", ColumnKind::number}, {"text"}});
  table.add({"a", "1", "x"});
  table.add({"bcdef", "1,000", ""});
  EXPECT_EQ(table.text(false),
            "  name   count  text\n"
            "  a          1  x\n"
            "  bcdef  1,000\n");
}

TEST(TableTest, TextsGiveWayAndNamesAndNumbersDoNot) {
  Table table({{"name", ColumnKind::name}, {"text"}, {"more"}, {"count", ColumnKind::number}});
  const std::string name(40, 'n');
  table.add({name, std::string(60, 't'), "short", "123,456"});
  const std::string text = table.text(false);
  EXPECT_EQ(widest_line(text), kTerminalColumns);
  for (const std::string& whole : {name, std::string("short"), std::string("123,456")})
    EXPECT_NE(text.find(whole), std::string::npos) << whole;
  EXPECT_NE(text.find("tt..tt"), std::string::npos);
}

TEST(TableTest, RefusalsStandUnderTheirNameInTheWidthOfTheTerminal) {
  Table table({{"name", ColumnKind::name}, {"text"}});
  table.add_refused("x.yaml", base::InputError({"first " + std::string(5, '\x1b') +
                                                    std::string(90, ' ') + "words",
                                                "second", "third"}));
  const std::string text = table.text(false);
  EXPECT_LE(widest_line(text), kTerminalColumns);
  EXPECT_NE(text.find("x.yaml\n    error: first ?????"), std::string::npos) << text;
  EXPECT_NE(text.find("(and 2 more: npusim show x.yaml)"), std::string::npos) << text;
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
}

TEST(TableTest, AmountsHaveThreeDigitsOrTheWholePart) {
  EXPECT_EQ(amount(0), "0");
  EXPECT_EQ(amount(0.05123), "0.0512");
  EXPECT_EQ(amount(12.8), "12.8");
  EXPECT_EQ(amount(99.94), "99.9");
  EXPECT_EQ(amount(99.96), "100");
  EXPECT_EQ(amount(16384.4), "16,384");
}

TEST(TableTest, TheHeadingAloneIsBold) {
  Table table({{"name"}});
  table.add({"a"});
  EXPECT_EQ(table.text(true), "\x1b[1m  name\x1b[0m\n  a\n");
}

}  // namespace
}  // namespace npusim::cli
