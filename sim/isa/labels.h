// SPDX-License-Identifier: Apache-2.0
// How messages name an instruction.
#pragma once

#include <cstddef>
#include <string>

#include "sim/isa/program.h"

namespace npusim::isa {

/// "instruction 12 (mac_array matmul, layer 3 'conv2d_dw' tile 2)", with the image where there are
/// several; whatever the Program lacks (the
/// origin, the layer) is left out. Works on Programs that are not verified.
std::string instruction_label(const Program& program, std::size_t index);

/// " of image 1" of a layer where the Program has several images, else nothing.
std::string image_text(const Program& program, std::uint32_t layer);

/// The name of a semaphore, or "semaphore 7" where the Program has none of that number.
std::string semaphore_label(const Program& program, int semaphore);

}  // namespace npusim::isa
