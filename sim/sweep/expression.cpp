// SPDX-License-Identifier: Apache-2.0
#include "sim/sweep/expression.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "sim/config/yaml_reader.h"
#include "sim/sweep/expression_node.h"

namespace npusim::sweep {
namespace {

using Kind = Value::Kind;
using Node = Expression::Node;
using Operation = Node::Operation;

std::string shown(const Value& value) {
  return value.kind == Kind::none ? "nothing" : to_text(value);
}

/// Evaluates one expression; knows what to name in errors.
class Evaluator {
 public:
  Evaluator(const Expression& expression, const std::function<Value(std::size_t)>& value_of)
      : expression_(expression), value_of_(value_of) {}

  Value evaluate(const Node& node) const {
    switch (node.operation) {
      case Operation::constant:
        return node.value;
      case Operation::name:
        return value_of_(node.name);
      case Operation::logical_or:
      case Operation::logical_and:
        return connect(node);
      case Operation::logical_not: {
        Value value = truth(evaluate(node.children[0]), "not");
        return value.kind == Kind::none ? value : Value::of_truth(value.number == 0);
      }
      case Operation::negate:
      case Operation::floor:
      case Operation::ceil:
        return count_one(node, evaluate(node.children[0]));
      default:
        return combine(node, evaluate(node.children[0]), evaluate(node.children[1]));
    }
  }

  double violation(const Node& node) const {
    const bool is_or = node.operation == Operation::logical_or;
    if (is_or || node.operation == Operation::logical_and) {
      const double left = violation(node.children[0]);
      if (is_or && left == 0) return 0;
      const double right = violation(node.children[1]);
      return is_or ? std::min(left, right) : left + right;
    }
    const Value result = truth(evaluate(node), "");
    if (result.kind == Kind::truth && result.number != 0) return 0;
    const bool ordered =
        node.operation == Operation::less || node.operation == Operation::less_equal ||
        node.operation == Operation::greater || node.operation == Operation::greater_equal;
    if (result.kind == Kind::none || !ordered) return 1;
    const double a = evaluate(node.children[0]).number, b = evaluate(node.children[1]).number;
    const double scale = std::max(std::fabs(a), std::fabs(b));
    // Half of each, so that nothing overflows; never 0: equal sides of a < b do not hold.
    return std::max(scale > 0 ? std::fabs(a / scale - b / scale) / 2 : 0, 1e-12);
  }

  Value truth(const Value& value, const std::string& where) const {
    if (value.kind == Kind::truth || value.kind == Kind::none) return value;
    refuse(shown(value) + (where.empty() ? "" : " beside '" + where + '\''),
           "true or false, such as a comparison");
  }

 private:
  [[noreturn]] void refuse(const std::string& got, const std::string& must_be) const {
    throw base::InputError(base::refusal(expression_.place(), expression_.key(),
                                         got + " in '" + expression_.text() + '\'', must_be));
  }

  /// `or` is decided by true, `and` by false, whatever the other side is.
  Value connect(const Node& node) const {
    const bool is_or = node.operation == Operation::logical_or;
    const double decides = is_or ? 1 : 0;
    const std::string name = is_or ? "or" : "and";
    Value left = truth(evaluate(node.children[0]), name);
    if (left.kind == Kind::truth && left.number == decides) return left;
    Value right = truth(evaluate(node.children[1]), name);
    if (left.kind == Kind::truth) return right;
    return right.kind == Kind::truth && right.number == decides ? right : left;
  }

  double number(const Value& value, const Node& node) const {
    if (value.kind == Kind::number) return value.number;
    refuse(shown(value) + " beside '" + node.symbol + '\'', "a number");
  }

  Value finite(double value, const Node& node) const {
    if (std::isfinite(value)) return Value::of_number(value);
    refuse("a result of '" + node.symbol + "' that is no finite number", "a finite number");
  }

  Value count_one(const Node& node, const Value& value) const {
    if (value.kind == Kind::none) return value;
    const double operand = number(value, node);
    if (node.operation == Operation::negate) return Value::of_number(-operand);
    return Value::of_number(node.operation == Operation::floor ? std::floor(operand)
                                                               : std::ceil(operand));
  }

  Value combine(const Node& node, const Value& left, const Value& right) const {
    if (left.kind == Kind::none || right.kind == Kind::none) return {};
    if (node.operation == Operation::equal || node.operation == Operation::unequal)
      return Value::of_truth(same(left, right) == (node.operation == Operation::equal));
    const double a = number(left, node), b = number(right, node);
    switch (node.operation) {
      case Operation::less:
        return Value::of_truth(a < b);
      case Operation::less_equal:
        return Value::of_truth(a <= b);
      case Operation::greater:
        return Value::of_truth(a > b);
      case Operation::greater_equal:
        return Value::of_truth(a >= b);
      case Operation::add:
        return finite(a + b, node);
      case Operation::subtract:
        return finite(a - b, node);
      case Operation::multiply:
        return finite(a * b, node);
      case Operation::least:
        return Value::of_number(a < b ? a : b);
      case Operation::greatest:
        return Value::of_number(a > b ? a : b);
      default:
        break;
    }
    if (b == 0) refuse("a divisor of 0", "a divisor other than 0");
    return finite(node.operation == Operation::divide ? a / b : std::fmod(a, b), node);
  }

  /// A number never equals a text; one of an axis that is quoted reads as a number all the same.
  static bool same(const Value& a, const Value& b) {
    if (a.kind == b.kind) return a.kind == Kind::text ? a.text == b.text : a.number == b.number;
    return to_text(a) == to_text(b);
  }

  const Expression& expression_;
  const std::function<Value(std::size_t)>& value_of_;
};

}  // namespace

Value Value::of_yaml(const std::string& text) {
  if (text == "true" || text == "false") return of_truth(text == "true");
  if (const auto whole = config::parse_integer(text, true))
    return of_number(static_cast<double>(*whole));
  if (const auto real = config::parse_real(text)) return of_number(*real);
  return of_text(text);
}

std::string to_text(const Value& value) {
  switch (value.kind) {
    case Kind::none:
      return "";
    case Kind::truth:
      return value.number != 0 ? "true" : "false";
    case Kind::text:
      return value.text;
    case Kind::number:
      break;
  }
  constexpr double kWhole = 9007199254740992.0;  // 2^53
  std::array<char, 32> buffer{};
  char* const end = buffer.data() + buffer.size();
  const bool whole = std::fabs(value.number) <= kWhole && std::floor(value.number) == value.number;
  const auto written =
      whole ? std::to_chars(buffer.data(), end, static_cast<std::int64_t>(value.number))
            : std::to_chars(buffer.data(), end, value.number);
  return {buffer.data(), written.ptr};
}

Value Expression::evaluate(const std::function<Value(std::size_t)>& value_of) const {
  if (root_ == nullptr) throw base::InternalError("sweep: expression '" + text_ + "' was not read");
  return Evaluator(*this, value_of).evaluate(*root_);
}

double Expression::violation(const std::function<Value(std::size_t)>& value_of) const {
  if (root_ == nullptr) throw base::InternalError("sweep: expression '" + text_ + "' was not read");
  return Evaluator(*this, value_of).violation(*root_);
}

bool Expression::holds(const std::function<Value(std::size_t)>& value_of) const {
  const Value value = Evaluator(*this, value_of).truth(evaluate(value_of), "");
  return value.kind == Kind::truth && value.number != 0;
}

}  // namespace npusim::sweep
