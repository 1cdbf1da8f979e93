// SPDX-License-Identifier: Apache-2.0
// The front of a sweep as a picture for texts: the first objective upwards, the second across.
#pragma once

#include <string>

#include "sim/sweep/results.h"

namespace npusim::sweep {

/// SVG. Points of the front are filled, others hollow; the colour is the value of the first axis
/// with choices. Throws base::InputError with fewer than two objectives, or without a finished
/// point.
std::string front_picture(const Results& results);

}  // namespace npusim::sweep
