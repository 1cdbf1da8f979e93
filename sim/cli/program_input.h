// SPDX-License-Identifier: Apache-2.0
// Input tensors of a Program from what `simulate --input` names.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/isa/program.h"

namespace npusim::cli {

/// One tensor per input of the Program. `sources` is empty (seeded random values, always the same)
/// or has one entry per input: a `.npy` int8 tensor of the input's shape (height, width, channels;
/// leading ones may be added), a JPEG or PNG picture (a file's content tells which), or
/// `fractal:SEED:INDEX`; pictures and fractals are preprocessed as the Program says.
/// Throws base::InputError naming --input or the file.
std::vector<std::vector<std::int8_t>> read_inputs(const isa::Program& program,
                                                  const std::vector<std::string>& sources);

}  // namespace npusim::cli
