// SPDX-License-Identifier: Apache-2.0
#include "tests/mutants/runtime/mutants.h"

#include <sys/resource.h>
#include <sys/time.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>

namespace npusim::mutants {
namespace {

int number(const char* variable, int otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::atoi(text);
}

void write_reached() {
  std::FILE* file = std::fopen(std::getenv("NPUSIM_MUTANTS_REACHED"), "wb");
  if (file == nullptr) std::abort();
  std::fwrite(reached, 1, static_cast<std::size_t>(numbers), file);
  std::fclose(file);
}

// A mutant may run forever, or ask for all memory: the limits of its process.
int prepare() {
  if (const int milliseconds = number("NPUSIM_MUTANT_CPU_MS", 0); milliseconds > 0) {
    const itimerval limit{{0, 0}, {milliseconds / 1000, milliseconds % 1000 * 1000}};
    setitimer(ITIMER_PROF, &limit, nullptr);  // SIGPROF ends the process
    const rlimit memory{rlim_t{4} << 30, rlim_t{4} << 30};
    setrlimit(RLIMIT_AS, &memory);
    const rlimit no_core{0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
  }
  if (std::getenv("NPUSIM_MUTANTS_REACHED") != nullptr) std::atexit(write_reached);
  return number("NPUSIM_MUTANT", -1);
}

}  // namespace

Selection::Selection() : mutant(prepare()) {}

// Before the constants of other files, which may be mutants.
__attribute__((init_priority(101))) const Selection selection;

}  // namespace npusim::mutants
