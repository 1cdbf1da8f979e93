// SPDX-License-Identifier: Apache-2.0
// Which tensors do not stay on chip.
#pragma once

#include <vector>

#include "sim/isa/program.h"

namespace npusim::stats {

/// One entry per Program::tensors: true where a layer's result is read back from DRAM by some
/// instruction. Network inputs, which come from there, are never marked, nor is an output that is
/// only written. The same for each of several images. From the instructions alone; the Program must
/// be valid (isa::verify).
std::vector<bool> spilled_tensors(const isa::Program& program);

}  // namespace npusim::stats
