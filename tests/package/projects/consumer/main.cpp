// SPDX-License-Identifier: Apache-2.0
#include <cstdio>

#include "sim/base/errors.h"
#include "sim/base/version.h"

// The SystemC library, which the machine's library needs, refers to it.
extern "C" int sc_main(int /*argc*/, char** /*argv*/) { return 1; }

int main() {
  try {
    npusim::base::ErrorList errors;
    errors.add("a message");
    errors.throw_if_any();
  } catch (const npusim::base::InputError& error) {
    if (error.messages().size() == 1) std::puts(npusim::base::kVersion);
    return 0;
  }
  return 1;
}
