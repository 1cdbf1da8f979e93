// SPDX-License-Identifier: Apache-2.0
#include "sim/config/yaml_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace npusim::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(ParseIntegerTest, TakesWholeDecimalNumbersOnly) {
  EXPECT_EQ(parse_integer("0"), 0);
  EXPECT_EQ(parse_integer("-12"), -12);
  EXPECT_EQ(parse_integer("9223372036854775807"), 9223372036854775807);
  for (const char* text : {"", "-", "010", "-010", "0x10", "1e3", "1.0", "+1", " 1", "1 ", "1_000",
                           "one", "9223372036854775808", "1KiB"}) {
    EXPECT_EQ(parse_integer(text), std::nullopt) << text;
  }
}

TEST(ParseIntegerTest, SizesMayHaveABinaryUnit) {
  EXPECT_EQ(parse_integer("256KiB", true), 256 * 1024);
  EXPECT_EQ(parse_integer("1 MiB", true), 1024 * 1024);
  EXPECT_EQ(parse_integer("3GiB", true), 3221225472);
  EXPECT_EQ(parse_integer("77", true), 77);
  for (const char* text :
       {"KiB", "1KB", "1kib", "1.5MiB", "01KiB", "9007199254740992KiB", "1  KiB", "1GiBKiB"}) {
    EXPECT_EQ(parse_integer(text, true), std::nullopt) << text;
  }
}

TEST(ParseRealTest, TakesFiniteDecimalNumbersOnly) {
  EXPECT_EQ(parse_real("127.5"), 127.5);
  EXPECT_EQ(parse_real("-1e-3"), -0.001);
  EXPECT_EQ(parse_real("0"), 0.0);
  for (const char* text :
       {"", "nan", "inf", "-inf", "1e999", "0x1p3", "1,5", "01.5", "1.5x", "+1"}) {
    EXPECT_EQ(parse_real(text), std::nullopt) << text;
  }
}

TEST(IntegerRuleTest, ChecksAndSaysWhatIsRight) {
  const IntegerRule range = {1, 4096};
  EXPECT_TRUE(range.accepts(1) && range.accepts(4096));
  EXPECT_FALSE(range.accepts(0) || range.accepts(4097));
  EXPECT_EQ(range.text(), "an integer from 1 to 4096");
  const IntegerRule power = {16, 4096, IntegerRule::Form::power_of_two, 1, true};
  EXPECT_TRUE(power.accepts(64));
  EXPECT_FALSE(power.accepts(48) || power.accepts(8192) || power.accepts(8));
  EXPECT_EQ(power.text(), "a power of two from 16 to 4096 (bytes; KiB, MiB, GiB may be written)");
  const IntegerRule multiple = {64, 256, IntegerRule::Form::multiple_of, 64};
  EXPECT_TRUE(multiple.accepts(192));
  EXPECT_FALSE(multiple.accepts(96));
  EXPECT_EQ(multiple.text(), "a multiple of 64 from 64 to 256");
  const IntegerRule either = {15, 31, IntegerRule::Form::one_of_two};
  EXPECT_TRUE(either.accepts(15) && either.accepts(31));
  EXPECT_FALSE(either.accepts(16));
  EXPECT_EQ(either.text(), "15 or 31");
}

struct Read {
  explicit Read(const std::string& text)
      : root(parse_yaml(text, "f.yaml", errors)), map(root, "", errors) {}
  base::ErrorList errors;
  YamlNode root;
  YamlMap map;
};

TEST(YamlMapTest, ReadsEveryType) {
  Read read("i: 7\nr: 1.5\nb: true\nt: text\nc: two\nl: [1, 2.5, -3]\n");
  EXPECT_EQ(read.map.integer("i", {0, 10}), 7);
  EXPECT_EQ(read.map.real("r", {}), 1.5);
  EXPECT_TRUE(read.map.boolean("b"));
  EXPECT_EQ(read.map.text("t", "a text"), "text");
  EXPECT_EQ(read.map.choice("c", {"one", "two"}), 1u);
  EXPECT_THAT(read.map.reals("l", 3, {}), ElementsAre(1, 2.5, -3));
  EXPECT_EQ(read.map.integer("absent", {0, 10}, 4), 4);
  EXPECT_TRUE(read.map.boolean("also_absent", true));
  read.map.refuse_unknown_keys();
  EXPECT_THAT(read.errors.messages(), IsEmpty());
}

TEST(YamlMapTest, CollectsEveryError) {
  Read read("i: 07\nr: x\nb: yes\nt: [1]\nc: three\nl: [1, 2]\nm: [1, 0, x]\nq: \"7\"\nrow: 1\n");
  read.map.integer("i", {0, 10});
  read.map.real("r", {});
  read.map.boolean("b");
  read.map.text("t", "a text");
  read.map.choice("c", {"one", "two"});
  read.map.reals("l", 3, {});
  read.map.reals("m", 3, {-10, 10, false});
  read.map.integer("q", {0, 10});
  read.map.integer("missing", {0, 10});
  read.map.integer("rows", {0, 10}, 1);
  read.map.refuse_unknown_keys();
  EXPECT_THAT(
      read.errors.messages(),
      ElementsAre(
          "f.yaml:1:4: i: got 07, must be an integer from 0 to 10",
          "f.yaml:2:4: r: got x, must be a number", "f.yaml:3:4: b: got yes, must be true or false",
          "f.yaml:4:4: t: got a list, must be a text",
          "f.yaml:5:4: c: got three, must be one or two",
          "f.yaml:6:4: l: got a list of 2, must be a list of 3 numbers",
          "f.yaml:7:8: m[1]: got 0, must be a number from -10 to 10, not zero",
          "f.yaml:7:11: m[2]: got x, must be a number from -10 to 10, not zero",
          "f.yaml:8:4: q: got \"7\", must be an integer from 0 to 10",
          "f.yaml:1:1: missing: got nothing, must be an integer from 0 to 10",
          "f.yaml:9:1: row: got an unknown key, must be one of i, r, b, t, c, l, m, q, missing or "
          "rows; did you mean rows?"));
}

TEST(YamlMapTest, ASectionThatIsNoMappingIsOneError) {
  Read read("s: 3\n");
  YamlMap section(*read.map.find("s"), "s", read.errors);
  section.integer("rows", {1, 2});
  section.refuse_unknown_keys();
  EXPECT_THAT(read.errors.messages(),
              ElementsAre("f.yaml:1:4: s: got 3, must be a mapping (key: value)"));
}

TEST(YamlMapTest, ErrorsOfFlagsNameTheFlag) {
  Read read("s: {rows: 1}\n");
  apply_override(read.root, parse_set_argument("s.rows=0", read.errors), read.errors);
  apply_override(read.root, parse_set_argument("s.rws=1", read.errors), read.errors);
  YamlMap section(*read.root.find("s"), "s", read.errors);
  section.integer("rows", {1, 2});
  section.refuse_unknown_keys();
  EXPECT_THAT(
      read.errors.messages(),
      ElementsAre("--set s.rows: got 0, must be an integer from 1 to 2",
                  "--set s.rws: got an unknown key, must be one of rows; did you mean rows?"));
}

}  // namespace
}  // namespace npusim::config
