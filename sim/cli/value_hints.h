// SPDX-License-Identifier: Apache-2.0
// What a shell may offer for the value of a flag or a positional.
#pragma once

#include <string>
#include <vector>

#include "sim/cli/command_tree.h"

namespace npusim::cli {

struct ValueHints {
  std::vector<std::string> words;     // as they are
  std::vector<std::string> names;     // lists that `npusim completion NAME` prints
  std::vector<std::string> suffixes;  // of files, without the point
  bool any_file = false;
  bool folders = false;    // and no files
  bool ends_open = false;  // a word that ends with = goes on

  bool any() const {
    return !words.empty() || !names.empty() || !suffixes.empty() || any_file || folders;
  }
};

/// By the flag's name, else by what its value is called in the help. `program` is the root of the
/// tree.
ValueHints hints_of(const Command& program, const Command& command, const CommandOption& option);

/// A list of names by what it is called: workloads, hardware, sweeps, technologies: the files that
/// come with npusim; schemes; keys: what --set takes, with an = or, where there are choices, with
/// each of them behind it.
struct NameList {
  const char* name;
  std::vector<std::string> (*names)();
};
const std::vector<NameList>& name_lists();

}  // namespace npusim::cli
