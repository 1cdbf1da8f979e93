// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>

#include "sim/cli/command_line.h"
#include "sim/cli/interrupt.h"

// The SystemC library has a main of its own that calls this; ours comes before it.
extern "C" int sc_main(int /*argc*/, char** /*argv*/) { return 1; }

int main(int argc, char** argv) {
  setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", /*overwrite=*/1);
  npusim::cli::handle_interrupts();
  return npusim::cli::run_command_line(argc, argv);
}
