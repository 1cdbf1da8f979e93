// SPDX-License-Identifier: Apache-2.0
// `npusim inspect --json`. Internal to sim/cli.
#pragma once

#include <string>
#include <vector>

#include "sim/isa/memory_map.h"
#include "sim/isa/program_file.h"

namespace npusim::cli {

/// What is known of a Program file.
struct Inspection {
  std::uint64_t file_bytes = 0;
  std::vector<isa::SectionInfo> sections;
  isa::Program program;
  std::vector<isa::DramRange> dram;
  std::vector<isa::ActivationRange> activations;
};

/// The instructions by opcode, as isa::Opcode.
std::vector<std::int64_t> count_opcodes(const isa::Program& program);
/// The same by layer of all images, without `end`.
std::vector<std::int64_t> count_instructions(const isa::Program& program);

/// Sorted keys, indented by two, with a newline at its end.
std::string inspection_json(const Inspection& inspection);

}  // namespace npusim::cli
