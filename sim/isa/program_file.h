// SPDX-License-Identifier: Apache-2.0
// Program files (`.npu`): a Program as bytes and back. The layout: docs/program-file.md.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "sim/base/files.h"
#include "sim/isa/program.h"

namespace npusim::isa {

inline constexpr std::uint32_t kProgramFileVersion = 1;
/// What every Program file begins with.
inline constexpr std::array<std::uint8_t, 8> kProgramMagic = {'N', 'P', 'U', 'S',
                                                              'I', 'M', 0,   '\n'};

/// One section of a file, as its table lists it.
struct SectionInfo {
  std::uint32_t id = 0;
  const char* name = "";
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
};

/// The bytes of a Program file; a function of the Program alone, on every machine.
std::vector<std::uint8_t> serialize(const Program& program);

/// The Program of such bytes; serialize() of it gives the same bytes again. `name` names the file
/// in messages. Throws base::InputError naming file and section for damage of every kind; allocates
/// no more than a few times the size of the data. The contents are not verified: see verify().
Program deserialize(const std::uint8_t* data, std::size_t bytes, const std::string& name);
/// The same without a copy of the DRAM image, which lies in `file` from then on.
Program deserialize(const base::FileBytes& file, const std::string& name);

/// The sections of such bytes, after header and checksum have been checked as in deserialize().
std::vector<SectionInfo> list_sections(const std::uint8_t* data, std::size_t bytes,
                                       const std::string& name);

/// Writes the file whole or not at all.
void write_program(const std::filesystem::path& path, const Program& program);

/// Reads a file and verifies the Program: what comes back is safe to execute. The DRAM image stays
/// in the file, which is mapped: see base::FileBytes for what holds when somebody changes it
/// meanwhile.
Program read_program(const std::filesystem::path& path);
/// The same of a file that is open already; `name` names it in messages.
Program read_program(const base::FileBytes& file, const std::string& name);

}  // namespace npusim::isa
