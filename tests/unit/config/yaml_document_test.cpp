// SPDX-License-Identifier: Apache-2.0
#include "sim/config/yaml_document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace npusim::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> errors_of(const std::string& text) {
  base::ErrorList errors;
  parse_yaml(text, "f.yaml", errors);
  return errors.messages();
}

TEST(YamlDocumentTest, KeepsOrderPlacesAndQuotes) {
  base::ErrorList errors;
  const YamlNode root =
      parse_yaml("# first\na: 12\nb:\n  c: \"x\"\n  d: [1, two]\ne: null\nf:\n", "f.yaml", errors);
  EXPECT_THAT(errors.messages(), IsEmpty());
  ASSERT_EQ(root.entries.size(), 4u);
  EXPECT_EQ(root.find("a")->text, "12");
  EXPECT_EQ(root.find("a")->place, "f.yaml:2:4");
  EXPECT_FALSE(root.find("a")->quoted);
  const YamlNode* b = root.find("b");
  ASSERT_NE(b, nullptr);
  EXPECT_EQ(b->find("c")->place, "f.yaml:4:6");
  EXPECT_TRUE(b->find("c")->quoted);
  EXPECT_EQ(b->find("d")->items.at(1).text, "two");
  EXPECT_EQ(root.find("e")->kind, YamlNode::Kind::null);
  EXPECT_EQ(root.find("f")->kind, YamlNode::Kind::null);
  EXPECT_EQ(root.find("g"), nullptr);
}

TEST(YamlDocumentTest, RefusesDuplicateKeysAtEveryLevel) {
  EXPECT_THAT(
      errors_of("a: 1\nb: {c: 1, c: 2}\na: 3\n"),
      ElementsAre(
          "f.yaml:2:11: c: got a second value, must be given once (the first is at f.yaml:2:8)",
          "f.yaml:3:1: a: got a second value, must be given once (the first is at f.yaml:1:4)"));
}

TEST(YamlDocumentTest, RefusesWhatConfigurationDoesNotNeed) {
  EXPECT_THAT(
      errors_of("a: &x 1\nb: *x\n"),
      ElementsAre(
          "f.yaml:1:4: anchor: got &, must be a value without an anchor",
          "f.yaml:2:4: alias: got *, must be a value written out (aliases are not supported)"));
  EXPECT_THAT(
      errors_of("a: !!int 1\n"),
      ElementsAre("f.yaml:1:4: tag: got tag:yaml.org,2002:int, must be a value without a tag"));
  EXPECT_THAT(errors_of("[a]: 1\n"), ElementsAre("f.yaml:1:1: key: got a list, must be a name"));
  EXPECT_THAT(
      errors_of("a: 1\n---\nb: 2\n"),
      ElementsAre("f.yaml:3:1: document: got a second document, must be one document in a file"));
}

TEST(YamlDocumentTest, ReportsSyntaxErrorsWithTheirPlace) {
  EXPECT_THAT(errors_of("a: 1\nb: [1, 2\n"),
              ElementsAre(testing::StartsWith("f.yaml:3:1: syntax: got ")));
  EXPECT_THAT(errors_of("a: 1\n b: 2\n"),
              ElementsAre(testing::StartsWith("f.yaml:2:3: syntax: got ")));
  EXPECT_THAT(errors_of("a: \"open\n"),
              ElementsAre("f.yaml:1:4: syntax: got a quoted text without end, must be valid YAML"));
  EXPECT_THAT(errors_of("a: 'it''s\n"), ElementsAre(testing::HasSubstr("without end")));
  EXPECT_THAT(errors_of("a: 'it''s'\nb: \"\\\"\"\n"), IsEmpty());
  EXPECT_THAT(errors_of(std::string("a: \0b", 5)),
              ElementsAre("f.yaml: text: got a zero byte, must be YAML text"));
}

TEST(YamlDocumentTest, RefusesDeepNestingInsteadOfExhaustingTheStack) {
  EXPECT_THAT(errors_of(std::string(100'000, '[')),
              ElementsAre(testing::AllOf(
                  testing::StartsWith("f.yaml:1:"),
                  testing::EndsWith("nesting: got more than 32 levels, must be at most 32"))));
}

TEST(YamlDocumentTest, RefusesMoreEntriesThanAnyFileNeeds) {
  std::string list = "a: [0";
  std::string map;
  for (int i = 0; i < 4095; ++i) list += ",0";
  for (int i = 0; i < 4096; ++i) map += "k" + std::to_string(i) + ": 0\n";
  EXPECT_THAT(errors_of(list + "]\n"), IsEmpty());
  EXPECT_THAT(errors_of(map), IsEmpty());
  EXPECT_THAT(errors_of(list + ",0]\n"),
              ElementsAre("f.yaml:1:8197: size: got more than 4096 entries, must be at most 4096"));
  EXPECT_THAT(errors_of(map + "one: more\n"),
              ElementsAre("f.yaml:4097:1: size: got more than 4096 entries, must be at most 4096"));
}

TEST(YamlDocumentTest, AByteOrderMarkMovesNoPlace) {
  base::ErrorList errors;
  const YamlNode root = parse_yaml(
      "\xEF\xBB\xBF"
      "a: \"x\"\nb: 'y'\n",
      "f.yaml", errors);
  EXPECT_THAT(errors.messages(), IsEmpty());
  EXPECT_EQ(root.find("a")->place, "f.yaml:1:4");
  EXPECT_EQ(root.find("b")->text, "y");
}

TEST(YamlDocumentTest, EmptyTextIsANullNode) {
  base::ErrorList errors;
  EXPECT_EQ(parse_yaml("", "f.yaml", errors).kind, YamlNode::Kind::null);
  EXPECT_EQ(parse_yaml("# nothing\n", "f.yaml", errors).kind, YamlNode::Kind::null);
  EXPECT_THAT(errors.messages(), IsEmpty());
}

TEST(OverrideTest, ReplacesAndCreates) {
  base::ErrorList errors;
  YamlNode root = parse_yaml("a: {b: 1}\n", "f.yaml", errors);
  apply_override(root, parse_set_argument("a.b=2", errors), errors);
  apply_override(root, parse_set_argument("a.b=[3, 4]", errors), errors);
  apply_override(root, parse_set_argument("c.d=x=y", errors), errors);
  EXPECT_THAT(errors.messages(), IsEmpty());
  const YamlNode* b = root.find("a")->find("b");
  ASSERT_EQ(b->items.size(), 2u);
  EXPECT_TRUE(b->items[0].from_flag);
  EXPECT_EQ(b->items[0].place, "--set a.b");
  EXPECT_EQ(root.find("c")->find("d")->text, "x=y");
}

TEST(OverrideTest, RefusesMalformedArguments) {
  for (const char* argument : {"abc", "=1", "a..b=1", ".a=1", "a.=1", "a b=1"}) {
    base::ErrorList errors;
    parse_set_argument(argument, errors);
    EXPECT_THAT(errors.messages(),
                ElementsAre(std::string("--set: got ") + argument + ", must be key.path=value"));
  }
  base::ErrorList errors;
  parse_set_argument("", errors);
  parse_set_argument(std::string(257, 'k') + "=1", errors);
  EXPECT_THAT(errors.messages(),
              ElementsAre("--set: got \"\", must be key.path=value",
                          "--set: got " + std::string(60, 'k') + "..., must be key.path=value"));
}

TEST(OverrideTest, RefusesValuesThatAreNoYamlAndKeysBelowScalars) {
  base::ErrorList errors;
  YamlNode root = parse_yaml("a: 1\n", "f.yaml", errors);
  apply_override(root, parse_set_argument("a=[1", errors), errors);
  apply_override(root, parse_set_argument("a.b=1", errors), errors);
  EXPECT_THAT(
      errors.messages(),
      ElementsAre("--set a: got [1, must be a YAML value",
                  "--set a.b: got a key below a, must be a key of the file (a is no section)"));
}

}  // namespace
}  // namespace npusim::config
