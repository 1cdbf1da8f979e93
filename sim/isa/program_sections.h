// SPDX-License-Identifier: Apache-2.0
// The contents of each section of a Program file.
#pragma once

#include <string>

#include "sim/isa/byte_stream.h"
#include "sim/isa/program.h"

namespace npusim::isa {

/// One section: its id is its place in the table, from 1 on.
struct SectionFormat {
  const char* name;
  void (*write)(const Program&, ByteWriter&);
  void (*read)(ByteReader&, Program&);
};

inline constexpr int kSections = 9;

/// All sections in the order of the file.
const SectionFormat* section_formats();

}  // namespace npusim::isa
