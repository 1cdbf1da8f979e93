// SPDX-License-Identifier: Apache-2.0
// exp, cos and normal draws from + - * / alone: the C library's differ between machines in the last
// bit, and one bit changes a whole training run.
#pragma once

#include "frontend/data/splitmix64.h"

namespace npusim::train {

/// e^x for x in [-700, 700], relative error below 1e-14.
double exponential(double x);

/// cos(pi * t) for t in [0, 1], error below 1e-14.
double cosine_of_pi(double t);

/// Close to a normal draw of mean 0 and variance 1: twelve uniform draws' sum less 6.
double draw_normal(data::SplitMix64& random);

}  // namespace npusim::train
