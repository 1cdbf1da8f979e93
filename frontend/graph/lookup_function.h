// SPDX-License-Identifier: Apache-2.0
// The functions behind lookup tables, the same bits everywhere: only + - * / and exact scaling by
// powers of two, no libm.
#pragma once

#include "frontend/graph/graph.h"

namespace npusim::graph {

/// f(x) of the operator, x finite:
///   hard_sigmoid  min(1, max(0, alpha * x + beta))
///   hard_swish    x * min(1, max(0, x / 6 + 1/2))
///   sigmoid       1 / (1 + e^-x)
///   silu          x / (1 + e^-x)
double evaluate(const Lookup& lookup, double x);

/// e^x for finite x <= 0, within 2 units of the last place; 0 below -700.
double exp_nonpositive(double x);

}  // namespace npusim::graph
