// SPDX-License-Identifier: Apache-2.0
// Another program run to its end, and what it said.
#pragma once

#include <string>
#include <vector>

namespace npusim::launch {

struct Finished {
  int exit_code = 0;   // 128 + the signal's number where one ended it
  std::string output;  // what it wrote to stdout
  std::string errors;  // and to stderr
};

/// Runs `name`, found on PATH, with these arguments, nothing on stdin and no shell between. Throws
/// base::InputError where there is no such program or it cannot be started.
Finished run_program(const std::string& name, const std::vector<std::string>& arguments);

/// The text as one word of a POSIX shell.
std::string shell_word(const std::string& text);

}  // namespace npusim::launch
