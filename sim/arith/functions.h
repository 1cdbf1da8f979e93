// SPDX-License-Identifier: Apache-2.0
// The real functions behind lookup tables (rule 13), as fixed sequences of + - * / on double, so
// that a table is the same on every machine; libm's exp is not.
#pragma once

namespace npusim::arith {

/// e^x, relative error below 1e-15. Beyond +-700 the argument is held there; NaN stays NaN.
double exponential(double x);

/// 1 / (1 + e^-x).
double sigmoid(double x);

/// x * sigmoid(x).
double silu(double x);

/// ONNX HardSigmoid: min(1, max(0, alpha * x + beta)).
double hard_sigmoid(double x, double alpha, double beta);

/// ONNX HardSwish: x * min(1, max(0, x / 6 + 1/2)).
double hard_swish(double x);

}  // namespace npusim::arith
