// SPDX-License-Identifier: Apache-2.0
// Settings that a Program names only where they differ from what is usual, so that Programs without
// them have the bytes they always had.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/isa/program.h"

namespace npusim::isa {

/// A setting of the metadata: its name in files and listings, its values. A bool is 0 or 1.
struct Setting {
  const char* name;
  std::int32_t usual, least, greatest;
  std::int32_t (*get)(const Metadata&);
  void (*set)(Metadata&, std::int32_t);
};

/// In the order in which files hold them.
const std::vector<Setting>& settings();

/// Those whose value is not the usual one, in the order of settings().
std::vector<Setting> unusual_settings(const Metadata& metadata);

}  // namespace npusim::isa
