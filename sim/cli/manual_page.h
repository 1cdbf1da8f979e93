// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "sim/cli/command_tree.h"

namespace npusim::cli {

/// A manual page in roff's man(7): of the whole program, with all its commands, exit codes, files
/// and environment, or of one command and those below it. No dates: the same program writes the
/// same bytes.
std::string manual_page(const Command& program, const Command& command);

}  // namespace npusim::cli
