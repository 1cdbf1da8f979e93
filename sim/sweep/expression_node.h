// SPDX-License-Identifier: Apache-2.0
// The tree of an expression; of expression.cpp and expression_parser.cpp alone.
#pragma once

#include <string>
#include <vector>

#include "sim/sweep/expression.h"

namespace npusim::sweep {

struct Expression::Node {
  enum class Operation {
    constant,
    name,
    logical_or,
    logical_and,
    logical_not,
    equal,
    unequal,
    less,
    less_equal,
    greater,
    greater_equal,
    add,
    subtract,
    multiply,
    divide,
    remainder,
    negate,
    least,
    greatest,
    floor,
    ceil
  };
  Operation operation = Operation::constant;
  std::string symbol;    // as written: "+", "min"
  std::size_t name = 0;  // of name: the index in names()
  Value value;           // of constant
  std::vector<Node> children;
};

}  // namespace npusim::sweep
