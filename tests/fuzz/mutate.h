// SPDX-License-Identifier: Apache-2.0
// Inputs that are changed where their format has something to change, so that readers do not refuse
// nearly all of them at once.
#pragma once

#include <cstddef>
#include <cstdint>

namespace npusim::fuzz {

// Each puts another input in place of `data`, at most `most` bytes, and returns its size; a
// function of its arguments.

/// Fields, repeated fields and messages of a model, by their types; else bytes.
std::size_t mutate_onnx(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed);
/// Instructions, memories, tensors and settings of a Program, or bytes of a section; sizes and
/// checksum are put right.
std::size_t mutate_program(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed);

}  // namespace npusim::fuzz
