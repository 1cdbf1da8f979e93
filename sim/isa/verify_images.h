// SPDX-License-Identifier: Apache-2.0
// That the lists of a Program repeat for every image; internal to verify().
#pragma once

#include "sim/isa/findings.h"
#include "sim/isa/program.h"

namespace npusim::isa {

/// Each list has as many entries for every image, and each further image's are the first one's but
/// for where and when.
void verify_images(const Program& program, Findings& findings);

}  // namespace npusim::isa
