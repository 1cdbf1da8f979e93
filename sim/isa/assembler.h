// SPDX-License-Identifier: Apache-2.0
// The text of a Program read back: what disassembler.h writes, and what a person writes by hand.
// The grammar: docs/program-file.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sim/config/hardware_config.h"
#include "sim/isa/program.h"

namespace npusim::isa {

/// What a text may leave to others.
struct AssemblyOptions {
  /// The DRAM image where the text has none of its own, and the file that it is from.
  std::optional<DramImage> image = std::nullopt;
  std::string image_file;
  /// The hardware where the text has no `.hardware`.
  std::optional<config::HardwareConfig> hardware = std::nullopt;
};

/// The Program of a text; `name` names it in messages. assemble(disassemble(p, {image})) has the
/// bytes of p, provided that verify() accepts p. Throws base::InputError with every error of the
/// text (at most 100), each with line and column, and otherwise with what verify() finds, with the
/// lines that it is about. Takes no more memory than a few dozen times the size of the text.
Program assemble(std::string_view text, const std::string& name,
                 const AssemblyOptions& options = {});

}  // namespace npusim::isa
