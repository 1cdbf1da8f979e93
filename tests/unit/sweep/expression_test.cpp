// SPDX-License-Identifier: Apache-2.0
#include "sim/sweep/expression.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace npusim::sweep {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

const std::map<std::string, std::string> kNames = {
    {"a", "6"},          {"a.rows", "32"},          {"a.bytes", "64KiB"},     {"a.on", "true"},
    {"a.share", "0.25"}, {"a.scheme", "per_layer"}, {"model", "net.v2.onnx"}, {"zero", "0"}};

Value look_up(const Expression& expression, std::size_t name) {
  const auto found = kNames.find(expression.names()[name]);
  return found == kNames.end() ? Value() : Value::of_yaml(found->second);
}

Expression parsed(const std::string& text) {
  base::ErrorList errors;
  Expression expression = Expression::parse(text, "f:1:2", "where", errors);
  errors.throw_if_any();
  return expression;
}

std::string result(const std::string& text) {
  const Expression expression = parsed(text);
  const Value value =
      expression.evaluate([&](std::size_t name) { return look_up(expression, name); });
  return value.kind == Value::Kind::none ? "none" : to_text(value);
}

std::string refusal_of(const std::string& text) {
  try {
    return "no error, but " + result(text);
  } catch (const base::InputError& error) {
    EXPECT_THAT(error.messages(), SizeIs(1));
    return error.what();
  }
}

TEST(Expression, Arithmetic) {
  EXPECT_EQ(result("1 + 2 * 3"), "7");
  EXPECT_EQ(result("(1 + 2) * 3"), "9");
  EXPECT_EQ(result("7 - 2 - 1"), "4");
  EXPECT_EQ(result("64 / 4 / 2"), "8");
  EXPECT_EQ(result("7 % 4 * 2"), "6");
  EXPECT_EQ(result("-7 % 4"), "-3");
  EXPECT_EQ(result("2 - -3"), "5");
  EXPECT_EQ(result("1 / 4"), "0.25");
  EXPECT_EQ(result("2.5e-3 * 2"), "0.005");
  EXPECT_EQ(result("1GiB / 1MiB + 1KiB"), "2048");
  EXPECT_EQ(result("9007199254740992"), "9007199254740992");
  EXPECT_EQ(result("min(a.rows, 16) + max(1, a) + floor(2.7) + ceil(-0.5)"), "24");
}

TEST(Expression, Names) {
  EXPECT_EQ(result("a.rows * a"), "192");
  EXPECT_EQ(result("a.bytes / a.rows"), "2048");
  EXPECT_EQ(result("a.scheme"), "per_layer");
  EXPECT_EQ(result("a.share"), "0.25");
  EXPECT_THAT(parsed("b.c + a * b.c - d").names(), ElementsAre("b.c", "a", "d"));
}

TEST(Expression, Comparisons) {
  for (const char* text : {"1 < 2", "2 <= 2", "3 > 2", "2 >= 2", "2 == 2", "2 != 3", "0.5 == 1/2"})
    EXPECT_EQ(result(text), "true") << text;
  for (const char* text : {"2 < 2", "3 <= 2", "2 > 2", "1 >= 2", "2 == 3", "2 != 2"})
    EXPECT_EQ(result(text), "false") << text;
}

TEST(Expression, BehindAComparisonAWordWithoutDotIsAText) {
  EXPECT_EQ(result("a.scheme == per_layer"), "true");
  EXPECT_EQ(result("a.scheme != per_layer"), "false");
  EXPECT_EQ(result("a.scheme == a"), "false");  // the text "a"
  EXPECT_EQ(result("'per_layer' == a.scheme"), "true");
  EXPECT_EQ(result("model == \"net.v2.onnx\""), "true");
  EXPECT_EQ(result("a.on == true"), "true");
  EXPECT_EQ(result("a.scheme == 4"), "false");
  EXPECT_THAT(parsed("a.scheme == per_layer and b == c.d").names(),
              ElementsAre("a.scheme", "b", "c.d"));
}

TEST(Expression, Logic) {
  EXPECT_EQ(result("1 < 2 and not 2 < 1"), "true");
  EXPECT_EQ(result("false and false or true"), "true");
  EXPECT_EQ(result("false and (false or true)"), "false");
  EXPECT_EQ(result("not false and false"), "false");
  EXPECT_EQ(result("a.on"), "true");
  EXPECT_EQ(result("not a.on or a.rows > 16"), "true");
}

TEST(Expression, WhatDoesNotMatterIsNotEvaluated) {
  EXPECT_EQ(result("zero == 0 or a / zero > 1"), "true");
  EXPECT_EQ(result("zero != 0 and a / zero > 1"), "false");
}

TEST(Expression, AMissingValueDecidesNothing) {
  EXPECT_EQ(result("gone < 1"), "none");
  EXPECT_EQ(result("not gone < 1"), "none");
  EXPECT_EQ(result("gone == gone"), "none");
  EXPECT_EQ(result("gone < 1 or 1 < 2"), "true");
  EXPECT_EQ(result("gone < 1 and 1 > 2"), "false");
  EXPECT_EQ(result("gone < 1 and 1 < 2"), "none");
  const Expression expression = parsed("not gone < 1");
  EXPECT_FALSE(expression.holds([](std::size_t) { return Value(); }));
}

TEST(Expression, RefusesWithPlaceAndWhatWouldBeRight) {
  EXPECT_THAT(refusal_of("1 +"), AllOf(HasSubstr("f:1:2: where: got the end in '1 +'"),
                                       HasSubstr("a name, a number")));
  EXPECT_THAT(refusal_of("a = 3"), HasSubstr("must be == to compare"));
  EXPECT_THAT(refusal_of("1 < 2 < 3"), HasSubstr("one comparison"));
  EXPECT_THAT(refusal_of("(1 + 2"), HasSubstr("must be ')'"));
  EXPECT_THAT(refusal_of("1 2"), HasSubstr("an operator or the end"));
  EXPECT_THAT(refusal_of("12XiB"), HasSubstr("64KiB"));
  EXPECT_THAT(refusal_of("a. + 1"), HasSubstr("single dots"));
  EXPECT_THAT(refusal_of("sqrt(4)"), HasSubstr("min, max, floor and ceil"));
  EXPECT_THAT(refusal_of("min(4)"), HasSubstr("must be ','"));
  EXPECT_THAT(refusal_of("a.scheme == 'x"), HasSubstr("both its quotes"));
  EXPECT_THAT(refusal_of("a & 1"), HasSubstr("got '&'"));
  EXPECT_THAT(refusal_of(""), HasSubstr("got the end"));
  EXPECT_THAT(refusal_of(std::string(200, '(')), HasSubstr("nested less deeply"));
  EXPECT_THAT(refusal_of(std::string(200, '-') + '1'), HasSubstr("nested less deeply"));
  EXPECT_THAT(refusal_of(std::string(5000, ' ')), HasSubstr("at most 4096"));
}

TEST(Expression, RefusesWhatCannotBeCounted) {
  EXPECT_THAT(refusal_of("a.scheme * 2"),
              AllOf(HasSubstr("per_layer beside '*'"), HasSubstr("must be a number")));
  EXPECT_THAT(refusal_of("a / zero"), HasSubstr("a divisor other than 0"));
  EXPECT_THAT(refusal_of("a % zero"), HasSubstr("a divisor other than 0"));
  EXPECT_THAT(refusal_of("1e308 * 1e308"), HasSubstr("a finite number"));
  EXPECT_THAT(refusal_of("a and true"), HasSubstr("6 beside 'and'"));
  const Expression number = parsed("a");
  EXPECT_THROW(number.holds([](std::size_t) { return Value::of_number(1); }), base::InputError);
}

}  // namespace
}  // namespace npusim::sweep
