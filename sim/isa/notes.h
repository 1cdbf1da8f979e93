// SPDX-License-Identifier: Apache-2.0
// What a person wants to know beside the fields of instructions: which tensors and parameters their
// addresses mean, what a layer computes, where a tile lies. The comments of a disassembly.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "sim/isa/program.h"

namespace npusim::isa {

struct Notes {
  /// As Program::instructions: "reads tensor 0 "input", row 0, columns 0-7, channels 0-7". Empty
  /// where nothing is known.
  std::vector<std::string> instructions;
  /// As Program::layers: "2x8x8 -> 2x8x4, kernel 1x1, stride 1x1"; what is not known is left out.
  std::vector<std::string> layers;
  /// By layer and tile, where the instructions' addresses tell it exactly: what the tile writes of
  /// the layer's output, "row 0, columns 0-7, channels 0-3".
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::string> tiles;
};

/// Works on Programs that are not verified, and then may say less.
Notes notes_of(const Program& program);

/// In double quotes; quotes, backslashes and whatever is not printable ASCII as \xNN.
std::string quoted(const std::string& text);

/// "2x8x4".
std::string shape_text(const TensorInfo& tensor);

}  // namespace npusim::isa
