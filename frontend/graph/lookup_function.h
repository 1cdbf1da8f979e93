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
///   leaky_relu    x where x >= 0, else alpha * x
///   elu           beta * x where x >= 0, else alpha * (e^x - 1)
///   tanh          (e^x - e^-x) / (e^x + e^-x)
///   softplus      ln(1 + e^x)
///   mish          x * tanh(softplus(x))
///   identity      x
/// The error is a few units of the last place of the larger of 1 and the result's summands: more
/// than enough for a table of 8-bit codes.
double evaluate(const Lookup& lookup, double x);

/// ln(1 + z) for z in [0, 1], within 1e-15.
double log_one_plus(double z);

/// e^x for finite x <= 0, within 2 units of the last place; 0 below -700.
double exp_nonpositive(double x);

}  // namespace npusim::graph
