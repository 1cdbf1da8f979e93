// SPDX-License-Identifier: Apache-2.0
// Completions for shells: subcommands, flags, files by suffix, and names that the scripts ask
// npusim for (`npusim completion NAMES`) while they complete.
#pragma once

#include <string>

#include "sim/cli/command_tree.h"

namespace npusim::cli {

/// For bash 4.4 or later; needs no other package.
std::string bash_completion(const Command& program);
/// For zsh: a file _npusim in a folder of $fpath.
std::string zsh_completion(const Command& program);
/// For fish 3: a file npusim.fish.
std::string fish_completion(const Command& program);

}  // namespace npusim::cli
